using Dormouse.Query.Inputs;
using Dormouse.Schema;
using Dormouse.Testing;
using Dormouse.Testing.Prisma;

namespace Dormouse.Query.Tests.Inputs.Types;

public sealed class QuerySchemaTests
{
    private static readonly string Tests = Path.Combine(Checkout.Root, "test");

    [Fact]
    public async Task All_types_are_those_of_Prisma()
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        var schemas = Schemas().ToList();
        var answers = await SchemaOracle.AskAsync(
            [.. schemas.Select(schema => schema.Text)],
            TestContext.Current.CancellationToken,
            withQueries: true
        );

        var differences = new List<string>();
        foreach (var ((name, text), answer) in schemas.Zip(answers))
        {
            Assert.Null(answer.Error);
            var reading = SchemaReader.Read(text);
            Assert.True(reading.IsValid, name);
            differences.AddRange(
                Differences(TypeTexts.OfPrisma(answer.Queries!), TypeTexts.OfOurs(new QuerySchema(reading.Schema)))
                    .Take(5)
                    .Select(difference => $"{name}: {difference}")
            );
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Fact]
    public void A_large_schema_costs_nothing_until_a_model_is_touched()
    {
        var models = string.Concat(
            Enumerable
                .Range(0, 500)
                .Select(i =>
                    $"model M{i} {{\n id Int @id\n name String\n nextId Int?\n"
                    + $" next M{(i + 1) % 500}? @relation(\"r{i}\", fields: [nextId], references: [id])\n"
                    + $" previous M{(i + 499) % 500}[] @relation(\"r{(i + 499) % 500}\")\n}}\n"
                )
        );
        var reading = SchemaReader.Read("datasource db {\n provider = \"postgresql\"\n url = \"x\"\n}\n" + models);
        Assert.True(reading.IsValid);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var schema = new QuerySchema(reading.Schema);
        Documents.Read(
            """{"modelName":"M7","action":"findMany","query":{"arguments":{"where":{"next":{"id":1}}},"selection":{"$scalars":true}}}""",
            schema
        );

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 300_000);
    }

    private static IEnumerable<string> Differences(SortedDictionary<string, string> prisma, SortedDictionary<string, string> ours)
    {
        foreach (var name in prisma.Keys.Union(ours.Keys).Order(StringComparer.Ordinal))
        {
            var left = prisma.GetValueOrDefault(name, "(absent)");
            var right = ours.GetValueOrDefault(name, "(absent)");
            if (left != right)
            {
                var (expected, actual) = (left.Split('\n'), right.Split('\n'));
                var line = Enumerable.Range(0, Math.Max(expected.Length, actual.Length)).First(i => At(expected, i) != At(actual, i));
                yield return $"{name}\n    Prisma: {At(expected, line)}\n    ours:   {At(actual, line)}";
            }
        }

        static string At(string[] lines, int line) => line < lines.Length ? lines[line] : "(end)";
    }

    /// <summary>The corpus of valid schemas, the captured models without and with preview features, and one made for this test.</summary>
    private static IEnumerable<(string Name, string Text)> Schemas()
    {
        foreach (
            var file in Directory.GetFiles(Path.Combine(Tests, "Dormouse.Schema.Tests", "corpus", "valid")).Order(StringComparer.Ordinal)
        )
        {
            yield return (Path.GetFileName(file), File.ReadAllText(file));
        }

        var models = File.ReadAllText(Path.Combine(Tests, "Dormouse.EndToEnd", "clients", "shared", "models.prisma"));
        foreach (var header in (string[])["default", "preview"])
        {
            var text = File.ReadAllText(Path.Combine(Tests, "Dormouse.EndToEnd", "clients", "prisma6", header + ".prisma"));
            yield return ("captured models, " + header, text + "\n" + models);
        }

        yield return ("rich", File.ReadAllText(Path.Combine(Tests, "Dormouse.Query.Tests", "Inputs", "Types", "rich.prisma")));
    }
}
