using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.Schema;

namespace Dormouse.EndToEnd.Differential;

/// <summary>The differential test finds what it is there to find.</summary>
public sealed class DifferentialRunTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Generated_schemas_are_valid_and_the_same_for_the_same_seed()
    {
        for (ulong seed = 0; seed < 500; seed++)
        {
            string text = SchemaText.Of(SchemaGenerator.Generate(new Dice(seed)));
            Assert.True(SchemaReader.Read(text).IsValid, text);
            Assert.Equal(text, SchemaText.Of(SchemaGenerator.Generate(new Dice(seed))));
        }
    }

    [Fact]
    public async Task A_side_that_answers_otherwise_is_told_by_a_small_case()
    {
        using Sides sides = await Sides.OpenAlikeAsync(Cancelled);
        using Arena arena = new(sides, Distorted);
        DifferentialRun run = new(arena, seed: 7, operationsMax: 1_000, differencesMax: 1, actions: []);
        await run.RunAsync(Cancelled);

        string told = Assert.Single(run.Differences);
        int LinesThatBegin(string beginning) => told.Split('\n').Count(line => line.StartsWith(beginning, StringComparison.Ordinal));
        Assert.InRange(LinesThatBegin("model "), 1, 2);
        Assert.InRange(LinesThatBegin("INSERT "), 0, 2);
        Assert.Equal(1, LinesThatBegin("{\""));
        Assert.Contains("dormouse", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_are_not_the_same_are_told()
    {
        using Sides sides = await Sides.OpenAlikeAsync(Cancelled);
        using Arena arena = new(sides);
        SchemaBlueprint schema = new([], [Counter()], [], []);
        await arena.ApplyAsync(schema, Cancelled);
        await arena.ResetAsync(new([], []), Cancelled);
        await sides.Other.ExecuteAsync("INSERT INTO \"Counter\" VALUES (1, 'more');", Cancelled);

        JsonObject deletes = JsonNode
            .Parse("""{"modelName":"Counter","action":"deleteMany","query":{"arguments":{"where":{"id":2}},"selection":{}}}""")!
            .AsObject();
        Comparison comparison = await arena.RunAsync(Step.Of(deletes), Cancelled);
        Assert.Contains("rows of \"public\".\"Counter\"", comparison.Difference?.Text, StringComparison.Ordinal);
    }

    private static ModelBlueprint Counter() =>
        new(
            "Counter",
            null,
            null,
            [new FieldBlueprint("id", ScalarKind.Int), new FieldBlueprint("name", ScalarKind.String)],
            new KeyBlueprint(["id"], null),
            []
        );

    // A side that takes one text for another, wherever it reads it.
    private static JsonArray Distorted(JsonArray answers) =>
        JsonNode.Parse(answers.ToJsonString().Replace("\"it\\u0027s\"", "\"its\"", StringComparison.Ordinal))!.AsArray();
}
