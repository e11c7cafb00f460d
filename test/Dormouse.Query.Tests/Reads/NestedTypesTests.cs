using System.Buffers;
using System.Text;
using Dormouse.Migrations;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Reads;
using Dormouse.Query.Tests.Sessions;
using Dormouse.Schema;
using Dormouse.Schema.Models;
using Dormouse.Testing;

namespace Dormouse.Query.Tests.Reads;

/// <summary>
/// Values within a relation that the database joins are written as they are from rows of their own: the same bytes, the same errors. The
/// rows are those of <see cref="TypesDatabase"/>, each with an owner.
/// </summary>
public sealed class NestedTypesTests
{
    private const int Rows = 10;
    private const int WideFields = 120;

    private static readonly PrismaSchema Schema = SchemaReader.Read(SchemaText()).Schema!;

    [Fact]
    public async Task A_value_of_any_type_is_the_same_within_a_joined_relation()
    {
        await using var session = await OpenAsync();
        var fields = Schema.Models.Single(m => m.Name == "Types").ScalarFields.Where(f => !f.IsUnsupported).Select(f => f.Name).ToArray();
        var differences = new List<string>();
        foreach (var field in fields)
        {
            for (var id = 1; id <= Rows; id++)
            {
                var query = $$$$"""{"things":{"arguments":{},"selection":{"{{{{field}}}}":true}}}""";
                var separate = await AskAsync(session, ReadStrategy.Separate, id, query, statements: 2);
                var joined = await AskAsync(session, ReadStrategy.Joined, id, query, statements: 1);
                if (separate != joined)
                {
                    differences.Add($"{field} of {id}: separate {separate}, joined {joined}");
                }
            }
        }

        Assert.Empty(differences);
        Assert.True(fields.Length > 50, $"only {fields.Length} fields");
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(101, 2)]
    public async Task More_values_than_a_function_takes_are_read_separately(int fields, int statements)
    {
        await using var session = await OpenAsync();
        var selected = string.Join(",", Enumerable.Range(1, fields).Select(i => $"\"f{i}\":true"));
        var query = $$$$"""{"id":true,"wides":{"arguments":{},"selection":{ {{{{selected}}}} }}}""";
        var separate = await AskAsync(session, ReadStrategy.Separate, 1, query, statements: 2);
        var joined = await AskAsync(session, ReadStrategy.Joined, 1, query, statements);
        Assert.Equal(separate, joined);
        Assert.Contains($"\"f{fields}\":{fields}", joined, StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(PostgresSession session, ReadStrategy strategy, int id, string selection, int statements)
    {
        var engine = new QueryEngine(Schema, new OperationCache(4, 1 << 20), Run.Limits, strategy);
        var query =
            $$$$"""{"modelName":"Owner","action":"findUnique","query":{"arguments":{"where":{"id":{{{{id}}}} }},"selection":{{{{selection}}}}}}""";
        var output = new ArrayBufferWriter<byte>();
        session.Statements.Clear();
        try
        {
            await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(
                engine.Prepare(Encoding.UTF8.GetBytes(query)),
                session,
                output,
                TestContext.Current.CancellationToken
            );
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
        catch (PlanException e)
        {
            return $"{e.Code} {e.Message}";
        }
        finally
        {
            Assert.Equal(statements, session.Statements.Count);
        }
    }

    private static async Task<PostgresSession> OpenAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var server = await TestPostgres.SharedAsync();
        var database = await server.CreateDatabaseAsync(cancellationToken);
        var numbers = string.Join(", ", Enumerable.Range(1, WideFields));
        var script = $"""
            {string.Join(";\n", SchemaScript.Create(Schema))};
            INSERT INTO "Owner" SELECT generate_series(1, {Rows});
            {Text("seed.sql")}
            UPDATE "Types" SET "ownerId" = id;
            INSERT INTO "Wide" VALUES (1, 1, {numbers});
            """;
        await server.ExecuteAsync(database.Database, script, cancellationToken);
        return await PostgresSession.OpenAsync(database, cancellationToken);
    }

    private static string SchemaText()
    {
        const string Owned = "  ownerId Int?\n  owner Owner? @relation(fields: [ownerId], references: [id])\n";
        var fields = string.Concat(Enumerable.Range(1, WideFields).Select(i => $"  f{i} Int\n"));
        return Text("schema.prisma").TrimEnd().TrimEnd('}')
            + $"{Owned}}}\nmodel Owner {{\n  id Int @id\n  things Types[]\n  wides Wide[]\n}}\n"
            + $"model Wide {{\n  id Int @id\n{Owned}{fields}}}\n";
    }

    private static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reads", "Types", name));
}
