using System.Text.Json.Nodes;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Captured;

/// <summary>
/// Requests that the npm client 7.10.0 sent and what the reference executor answered, replayed over HTTP. The client itself runs
/// against a whole platform in the end-to-end tests; these show where a difference comes from.
/// </summary>
public sealed class CapturedRequestTests
{
    [Fact]
    public async Task Captured_requests_get_the_captured_answers()
    {
        string script = await ReadAsync("schema.sql") + await ReadAsync("seed.sql");
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, script);
        JsonArray captured = JsonNode.Parse(await ReadAsync("requests.json"))!.AsArray();
        var differences = new List<string>();

        foreach (JsonNode? exchange in captured)
        {
            (string, string)[] headers =
            [
                .. exchange!["headers"]!.AsObject().Select(header => (header.Key, header.Value!.GetValue<string>())),
            ];
            Reply reply = await edge.QueryAsync(exchange["body"]!.ToJsonString(), headers);
            JsonNode answer = Masked(JsonNode.Parse(reply.Text)!);
            JsonNode expected = Masked(exchange["answer"]!.DeepClone());
            if (
                reply.Status != exchange["status"]!.GetValue<int>()
                || reply.Header("accelerate-cache-status") != exchange["cacheStatus"]!.GetValue<string>()
                || !JsonNode.DeepEquals(answer, expected)
            )
            {
                differences.Add(
                    $"{exchange["name"]}: {reply.Status}\n got      {answer.ToJsonString()}\n captured {expected.ToJsonString()}"
                );
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.Equal(37, captured.Count);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    // The capture's rows were updated when it was made.
    private static JsonNode Masked(JsonNode node)
    {
        switch (node)
        {
            case JsonObject properties:
                properties.Remove("updatedAt");
                properties.Select(property => property.Value).OfType<JsonNode>().ToList().ForEach(child => Masked(child));
                break;
            case JsonArray items:
                items.OfType<JsonNode>().ToList().ForEach(child => Masked(child));
                break;
        }
        return node;
    }

    internal static Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Captured", name), TestContext.Current.CancellationToken);
}
