using Dormouse.Migrations.Tests.Generated;
using Dormouse.Schema;
using Dormouse.Schema.Diagnostics;
using Dormouse.Testing.Prisma;

namespace Dormouse.Migrations.Tests;

public sealed class SchemaScriptTests
{
    [Fact]
    public async Task The_statements_of_every_schema_are_those_of_prismas_own_engine()
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        string[] files = [.. Corpus.Files];
        IReadOnlyList<OracleAnswer> answers = await SchemaOracle.AskAsync(
            [.. files.Select(Corpus.Read)],
            TestContext.Current.CancellationToken,
            withSql: true
        );
        List<string> differences = [];
        foreach ((string file, OracleAnswer answer) in files.Zip(answers))
        {
            string? difference = answer.Sql is { } sql
                ? Difference(PrismaScript.Statements(sql), SchemaScript.Create(Corpus.Schema(file)))
                : "Prisma refuses it: " + answer.Error;
            if (difference is not null)
            {
                differences.Add($"{file}: {difference}");
            }
        }
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    [Fact]
    public Task The_statements_of_generated_schemas_are_those_of_prismas_own_engine() => CompareGeneratedAsync(0, 200);

    [Fact]
    [Trait("Category", "Long")]
    public Task The_statements_of_very_many_generated_schemas_are_those_of_prismas_own_engine() => CompareGeneratedAsync(1_000_000, 5_000);

    [Fact]
    public void Quotation_marks_in_names_and_values_are_doubled()
    {
        // Prisma's engine leaves these as they are, in names and in the values of enums, and its script fails.
        IReadOnlyList<string> statements = SchemaScript.Create(
            Corpus.Parse(
                """
                datasource db {
                  provider = "postgresql"
                }
                enum Mood {
                  Sad @map("it's \"sad\"")
                  @@map("mo\"od")
                }
                model Odd {
                  id   Int  @id @map("i\"d")
                  mood Mood @default(Sad) @unique(map: "u\"q")
                  @@map("od\"d")
                }
                """
            )
        );

        Assert.Equal(
            [
                "CREATE SCHEMA IF NOT EXISTS \"public\"",
                "CREATE TYPE \"mo\"\"od\" AS ENUM ('it''s \"sad\"')",
                "CREATE TABLE \"od\"\"d\" (\n    \"i\"\"d\" INTEGER NOT NULL,\n    \"mood\" \"mo\"\"od\" NOT NULL DEFAULT 'it''s \"sad\"',\n\n"
                    + "    CONSTRAINT \"od\"\"d_pkey\" PRIMARY KEY (\"i\"\"d\")\n)",
                "CREATE UNIQUE INDEX \"u\"\"q\" ON \"od\"\"d\"(\"mood\")",
            ],
            statements
        );
    }

    [Fact]
    public void A_schema_without_models_needs_no_statements() =>
        Assert.Empty(SchemaScript.Create(Corpus.Parse("datasource db {\n  provider = \"postgresql\"\n}")));

    [Fact]
    public void A_default_of_many_digits_is_not_written_out_beyond_what_the_database_can_hold()
    {
        string table = SchemaScript
            .Create(
                Corpus.Parse(
                    """
                    datasource db {
                      provider = "postgresql"
                    }
                    model M {
                      id Int     @id
                      a  Decimal @default("1.5e2000000000")
                      b  Decimal @default("-1e-2000000000")
                    }
                    """
                )
            )
            .Single(statement => statement.StartsWith("CREATE TABLE", StringComparison.Ordinal));

        Assert.Contains("DEFAULT 15e1999999999", table, StringComparison.Ordinal);
        Assert.Contains("DEFAULT -1e-2000000000", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "public")]
    [InlineData("schemas = [\"zoo\", \"auth\"]", "auth", "zoo")]
    public void The_database_schemas_that_count_are_those_of_the_datasource(string property, params string[] expected) =>
        Assert.Equal(expected, DatabaseSchemas.Of(Corpus.Parse($"datasource db {{\n  provider = \"postgresql\"\n  {property}\n}}")));

    private static async Task CompareGeneratedAsync(int firstSeed, int count)
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        List<string> faults = [];
        foreach (int[] seeds in Enumerable.Range(firstSeed, count).Chunk(500))
        {
            string[] texts = [.. seeds.Select(SchemaGenerator.Generate)];
            IReadOnlyList<OracleAnswer> answers = await SchemaOracle.AskAsync(texts, TestContext.Current.CancellationToken, withSql: true);
            foreach ((int seed, string text, OracleAnswer answer) in seeds.Zip(texts, answers))
            {
                SchemaReading reading = SchemaReader.Read(text);
                Assert.True(
                    reading.IsValid == answer.Sql is not null,
                    $"Seed {seed}: Prisma says {answer.Error ?? "valid"}, we say {string.Join('\n', reading.Diagnostics)}\n{text}"
                );
                faults.AddRange(
                    reading.Diagnostics.Where(fault => fault.Severity == Severity.Error).Take(1).Select(fault => $"seed {seed}: {fault}")
                );
                if (reading.Schema is { } schema)
                {
                    string? difference = Difference(PrismaScript.Statements(answer.Sql!), SchemaScript.Create(schema));
                    Assert.True(difference is null, $"Seed {seed}: {difference}\n{text}");
                }
            }
        }
        Assert.True(faults.Count < count / 10, $"{faults.Count} of {count} generated schemas have faults:\n{string.Join('\n', faults)}");
    }

    private static string? Difference(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        for (int index = 0; index < Math.Max(expected.Count, actual.Count); index++)
        {
            string left = index < expected.Count ? expected[index] : "(end)";
            string right = index < actual.Count ? actual[index] : "(end)";
            if (left != right)
            {
                return $"statement {index + 1}:\nPrisma: {left}\nours:   {right}";
            }
        }
        return null;
    }
}
