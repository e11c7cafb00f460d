using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Testing.Node;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>The operations that were captured with client 7, and what each gave it.</summary>
/// <remarks>
/// Where <c>expected.*.json</c> departs from the captures: eight operations with relation joins and one raw query, on which the captured
/// peer fails with a defect of its own, expect what the client without joins gets, or what the engine of the 6.x clients gives; the
/// operations that follow expect the rows that these then wrote; and a delete that a RESTRICT key forbids has the SQLSTATE 23001 that
/// PostgreSQL has for it since 18.
/// </remarks>
internal static class CapturedOperations
{
    private const int OperationCount = 152;

    /// <summary>Runs all of them on an empty database and compares.</summary>
    /// <param name="clients">The npm clients of version 7.</param>
    /// <param name="url">What an app pastes.</param>
    /// <param name="client">Of which schema.</param>
    /// <param name="form"><c>plain</c>, <c>array</c> or <c>interactive</c>.</param>
    /// <param name="comparedCount">How many have this form.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="except">Those that are not compared.</param>
    public static async Task CheckAsync(
        NodeClients clients,
        string url,
        string client,
        string form,
        int comparedCount,
        CancellationToken cancellationToken,
        params string[] except
    )
    {
        string printed = await clients.RunAsync("conform.js", [client, url, form], TimeSpan.FromMinutes(3), cancellationToken);

        JsonObject actual = JsonNode.Parse(printed)!.AsObject();
        Assert.Equal(OperationCount, actual.Count);
        int compared = 0;
        List<string> differences = [];
        foreach ((string name, JsonNode? expected) in await ExpectedAsync(client, cancellationToken))
        {
            JsonObject outcome = actual[name]!.AsObject();
            if (!outcome.ContainsKey("skipped") && !except.Contains(name))
            {
                compared++;
                string? difference = Outcome.Difference(expected![form] ?? expected, outcome);
                if (difference is not null)
                {
                    differences.Add($"{name}: {difference}");
                }
            }
        }
        Assert.True(differences.Count == 0, $"{differences.Count} of {compared} differ\n\n{string.Join("\n\n", differences)}");
        Assert.Equal(comparedCount, compared);
    }

    private static async Task<JsonObject> ExpectedAsync(string client, CancellationToken cancellationToken)
    {
        string path = Path.Combine(ClientSet.Prisma7.Sources, $"expected.{client}.json");
        await using FileStream file = File.OpenRead(path);
        JsonNode? expected = await JsonNode.ParseAsync(file, cancellationToken: cancellationToken);
        return expected?.AsObject() ?? throw new JsonException($"{path} holds no object");
    }
}
