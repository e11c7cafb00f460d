using System.Text.RegularExpressions;
using Dormouse.Schema.Models;
using Dormouse.Testing.Prisma;

namespace Dormouse.Schema.Tests.Reading;

/// <summary>Tables, keys and indexes have the names that Prisma's own migrations give them.</summary>
public sealed partial class DerivedNameTests
{
    [Fact]
    public async Task Names_in_the_database_equal_those_in_prismas_own_sql()
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        string[] names = [.. Corpus.Valid];
        string[] texts = [.. names.Select(name => Corpus.Read("valid", name))];
        IReadOnlyList<OracleAnswer> answers = await SchemaOracle.AskAsync(texts, TestContext.Current.CancellationToken, withSql: true);
        for (int index = 0; index < names.Length; index++)
        {
            string sql = answers[index].Sql ?? throw new InvalidOperationException($"{names[index]}: {answers[index].Error}");
            string[] expected = [.. Named().Matches(sql).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];
            string[] actual = [.. Names(SchemaReader.Read(texts[index]).Schema!).Order(StringComparer.Ordinal)];
            Assert.True(
                expected.SequenceEqual(actual),
                $"{names[index]}:\nPrisma {string.Join(", ", expected.Except(actual))}\nours {string.Join(", ", actual.Except(expected))}"
            );
        }
    }

    private static IEnumerable<string> Names(PrismaSchema schema)
    {
        foreach (Model model in schema.Models.Where(model => !model.IsView))
        {
            yield return model.DatabaseName;
            if (model.PrimaryKey is { } key)
            {
                yield return key.DatabaseName;
            }
            foreach (ModelIndex index in model.Indexes)
            {
                yield return index.DatabaseName;
            }
        }
        foreach (Relation relation in schema.Relations.Where(relation => !relation.SideA.Model.IsView && !relation.SideB.Model.IsView))
        {
            if (relation.JoinTable is { } join)
            {
                foreach (
                    string name in (string[])[join.Name, join.PrimaryKeyName, join.IndexName, join.ForeignKeyNameA, join.ForeignKeyNameB]
                )
                {
                    yield return name;
                }
            }
            else if (schema.RelationMode == RelationMode.ForeignKeys)
            {
                yield return relation.ForeignKeyName!;
            }
        }
    }

    [GeneratedRegex("(?:CREATE TABLE (?:\"[^\"]+\"\\.)?|CONSTRAINT |CREATE (?:UNIQUE )?INDEX )\"([^\"]+)\"")]
    private static partial Regex Named();
}
