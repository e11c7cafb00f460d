using System.Text.Json.Nodes;
using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Captured;

/// <summary>Of what the npm client 7.10.0 sends, exactly its reads are kept when a strategy asks for it.</summary>
public sealed class CapturedCacheTests
{
    private static readonly string[] Reads =
    [
        "findUnique",
        "findUniqueOrThrow",
        "findFirst",
        "findFirstOrThrow",
        "findMany",
        "aggregate",
        "groupBy",
    ];

    [Fact]
    public async Task Captured_reads_are_answered_from_the_cache_and_nothing_else_is()
    {
        string script = await CapturedRequestTests.ReadAsync("schema.sql") + await CapturedRequestTests.ReadAsync("seed.sql");
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, script);
        var wrong = new List<string>();
        var kept = 0;

        foreach (JsonNode? exchange in JsonNode.Parse(await CapturedRequestTests.ReadAsync("requests.json"))!.AsArray())
        {
            string body = exchange!["body"]!.ToJsonString();
            Reply first = await edge.QueryAsync(body, ("cache-control", "max-age=60"));
            Reply second = await edge.QueryAsync(body, ("cache-control", "max-age=60"));
            bool isRead = Reads.Contains(exchange["body"]!["operation"]!.GetValue<string>()) && first.Status == 200;
            (string, string) expected = isRead ? ("miss", "ttl") : ("none", "none");
            (string?, string?) actual = (first.Header("accelerate-cache-status"), second.Header("accelerate-cache-status"));
            if (expected != actual || (isRead && first.Text != second.Text))
            {
                wrong.Add($"{exchange["name"]}: {actual}");
            }
            kept += isRead ? 1 : 0;
        }

        Assert.Empty(wrong);
        Assert.Equal(23, kept);
    }
}
