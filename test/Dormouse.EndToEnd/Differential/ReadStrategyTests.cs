using System.Globalization;
using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Operations;
using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.EndToEnd.Platform;

namespace Dormouse.EndToEnd.Differential;

/// <summary>
/// Random reads give the very same answers whichever way relations are read. The reads are those of <see cref="DifferentialTests"/>; here
/// Dormouse is compared with itself, so that nothing of the peer's has to be looked past. By hand: <c>DORMOUSE_SEED</c>.
/// </summary>
public sealed class ReadStrategyTests(SharedPlatform shared, ITestOutputHelper output)
{
    private const int Schemas = 10;
    private const int ReadsPerSchema = 80;
    private const int ToldMax = 5;

    [Fact]
    public async Task Relations_joined_by_the_database_are_those_read_separately()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Side side = await Side.OfPlatformAsync(await shared.Platform, "strategies", cancellationToken);
        Dice dice = new(
            ulong.TryParse(Environment.GetEnvironmentVariable("DORMOUSE_SEED"), CultureInfo.InvariantCulture, out ulong seed) ? seed : 15
        );
        List<string> differences = [];
        int answered = 0;
        for (int i = 0; i < Schemas && differences.Count < ToldMax; i++)
        {
            SchemaBlueprint schema = SchemaGenerator.Generate(dice.Fork());
            schema = schema with { Features = [.. schema.Features.Append("relationJoins").Distinct()] };
            string text = SchemaText.Of(schema);
            await side.ExecuteAsync(Arena.TablesOf(text) + "\n" + RowScript.CreateViews(schema), cancellationToken);
            RowSet rows = RowGenerator.Generate(dice.Fork(), schema);
            await side.ExecuteAsync(RowScript.Reset(schema, rows), cancellationToken);
            using OperationClient client = new(side, text);
            foreach (JsonObject read in Reads(new OperationGenerator(dice.Fork(), schema, rows)).Take(ReadsPerSchema))
            {
                (JsonNode separate, JsonNode joined) = (await AskAsync("query"), await AskAsync("join"));
                answered += separate["body"]?["errors"] is null ? 1 : 0;
                // A filter that no SQL can say fails where its statement is sent, which needs a parent when it is one of its own.
                bool isBroken = PeerDefects.IsBreakdown(separate["body"]) || PeerDefects.IsBreakdown(joined["body"]);
                if (!isBroken && separate.ToJsonString() != joined.ToJsonString())
                {
                    differences.Add($"{text}\n{read}\nseparate {separate.ToJsonString()}\njoined   {joined.ToJsonString()}");
                }

                async Task<JsonNode> AskAsync(string strategy)
                {
                    JsonNode body = read.DeepClone();
                    foreach (JsonNode operation in Step.OperationsOf(body))
                    {
                        operation["query"]!["arguments"]!["relationLoadStrategy"] = strategy;
                    }
                    JsonArray answers = await client.RunAsync(Step.Of(body.AsObject()), cancellationToken);
                    new AnswerOrder(schema).Settle(answers[0]!["body"], body);
                    return answers[0]!;
                }
            }
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answered} answered"));
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.InRange(answered, Schemas * ReadsPerSchema / 2, Schemas * ReadsPerSchema);
    }

    /// <summary>Finds that select relations, and now and then some that a client merged.</summary>
    private static IEnumerable<JsonObject> Reads(OperationGenerator generator)
    {
        for (int i = 0; ; i++)
        {
            JsonObject body = i % 8 == 0 ? new JsonObject { ["batch"] = generator.Alike() } : generator.Next();
            if (Step.OperationsOf(body).All(IsFindOfRelations))
            {
                yield return body;
            }
        }
    }

    private static bool IsFindOfRelations(JsonNode operation) =>
        operation["action"]?.ToString().StartsWith("find", StringComparison.Ordinal) == true
        && operation["query"] is JsonObject query
        && query["arguments"] is JsonObject
        && query["selection"] is JsonObject selection
        && selection.Any(field => field.Value is JsonObject);
}
