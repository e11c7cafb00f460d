using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>
/// Every captured operation, run by the unmodified npm client against a running platform, gives the client what the capture holds:
/// plainly, inside <c>$transaction([...])</c>, and inside an interactive transaction.
/// </summary>
/// <remarks>
/// Where <c>expected.*.json</c> departs from the captures: eight operations with relation joins and one raw query, on which the captured
/// peer fails with a defect of its own, expect what the client without joins gets, or what the engine of the 6.x clients gives; the
/// operations that follow expect the rows that these then wrote; and a delete that a RESTRICT key forbids has the SQLSTATE 23001 that
/// PostgreSQL has for it since 18.
/// </remarks>
public sealed class ConformanceTests(SharedPlatform shared)
{
    private const int OperationCount = 152;

    [Theory]
    [InlineData("default", "plain", 152)]
    [InlineData("default", "array", 132)]
    [InlineData("default", "interactive", 135)]
    [InlineData("preview", "plain", 152)]
    [InlineData("preview", "array", 132)]
    [InlineData("preview", "interactive", 135)]
    public async Task Every_captured_operation_gives_the_client_the_captured_result(string client, string form, int comparedCount)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await shared.Clients;
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase database = await platform.CreateDatabaseAsync($"conformance-{client}-{form}", cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await platform.ExecuteAsync(database.Id, schema, cancellationToken);

        string printed = await clients.RunAsync("conform.js", [client, database.Url, form], TimeSpan.FromMinutes(3), cancellationToken);

        JsonObject actual = JsonNode.Parse(printed)!.AsObject();
        Assert.Equal(OperationCount, actual.Count);
        int compared = 0;
        List<string> differences = [];
        foreach ((string name, JsonNode? expected) in await ExpectedAsync(client, cancellationToken))
        {
            JsonObject outcome = actual[name]!.AsObject();
            if (!outcome.ContainsKey("skipped"))
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
