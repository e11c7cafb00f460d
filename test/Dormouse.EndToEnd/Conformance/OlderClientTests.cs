using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Node;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>
/// Every captured operation, run by an unmodified client 5 or 6, gives the client on Dormouse what it gives on Prisma's own engine, and
/// leaves the same rows: plainly, inside <c>$transaction([...])</c>, and inside an interactive transaction. Each starts from the seed.
/// </summary>
/// <remarks>The oldest clients speak https alone: to the front door's own, and to a TLS front of the tests before the peer.</remarks>
public sealed class OlderClientTests(SharedPlatform shared)
{
    private const int OperationCount = 152;
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("prisma6", "default", "plain", 152)]
    [InlineData("prisma6", "default", "array", 132)]
    [InlineData("prisma6", "default", "interactive", 135)]
    [InlineData("prisma6", "preview", "plain", 152)]
    [InlineData("prisma6", "preview", "array", 132)]
    [InlineData("prisma6", "preview", "interactive", 135)]
    [InlineData("prisma60", "default", "plain", 150)]
    [InlineData("prisma5", "default", "plain", 150)]
    public async Task Every_captured_operation_gives_the_client_what_Prismas_engine_gives(string set, string client, string form, int count)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await shared.ClientsOf(ClientSet.All.Single(one => one.Name == set));
        using Sides sides = await Sides.OpenAsync(shared, $"older-{set}-{client}-{form}", cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await sides.ExecuteAsync(schema, cancellationToken);
        using TestDataFolder tls = new();
        Dictionary<string, string?> front = await LocalhostCertificate.MakeAsync(tls.Path, cancellationToken);

        JsonObject expected = await RunAsync(sides.Peer);
        JsonObject actual = await RunAsync(sides.Other);

        Assert.Equal(OperationCount, actual.Count);
        Assert.Equal(count, expected.Count(outcome => outcome.Value!["skipped"] is null));
        ConformanceReport report = ConformanceReport.Of(expected, actual);
        Assert.True(report.Differing.Count == 0, report.Text);

        async Task<JsonObject> RunAsync(Side side)
        {
            string[] plain = [client, side.Url, form, "isolated"];
            string[] words = set == "prisma6" ? plain : [.. plain, side.HttpsUrl ?? "front"];
            return JsonNode
                .Parse(await clients.RunAsync("conform.js", words, RunLimit, cancellationToken, side.Trust ?? front))!
                .AsObject();
        }
    }
}
