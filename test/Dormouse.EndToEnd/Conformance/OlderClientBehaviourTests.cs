using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Node;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>
/// What clients 5 and 6 do with their server beyond single operations goes with Dormouse as it goes with Prisma's own engine: uploads of
/// schemas, array and interactive transactions, merged look-ups, query events.
/// </summary>
public sealed class OlderClientBehaviourTests(SharedPlatform shared)
{
    private const int CheckCount = 30;
    private const int OwnCheckCount = 5;
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("prisma6")]
    [InlineData("prisma60")]
    [InlineData("prisma5")]
    public async Task What_a_client_does_beyond_single_operations_goes_as_with_Prismas_engine(string set)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await shared.ClientsOf(ClientSet.All.Single(one => one.Name == set));
        // A peer of its own: one that tells of its statements is of no use to the others.
        using EnginePeer peer = await EnginePeer.StartAsync(cancellationToken, "--log-queries");
        using Side theirs = await Side.OfPeerAsync(peer, await TestPostgres.SharedAsync(), cancellationToken);
        using Side ours = await Side.OfPlatformAsync(await shared.Platform, $"behaviour-{set}", cancellationToken);
        using TestDataFolder tls = new();
        Dictionary<string, string?> environment = set == "prisma6" ? [] : await LocalhostCertificate.MakeAsync(tls.Path, cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await theirs.ExecuteAsync(schema, cancellationToken);
        await ours.ExecuteAsync(schema, cancellationToken);

        JsonObject[] outcomes = await Task.WhenAll(RunAsync(theirs.Url), RunAsync(ours.Url));
        JsonObject own = await RunAsync(ours.Url, "own");

        ConformanceReport report = ConformanceReport.Of(outcomes[0], outcomes[1]);
        Assert.True(report.Differing.Count == 0, report.Text);
        Assert.Equal(CheckCount, outcomes[1].Count);
        string[] broken = [.. own.Where(check => check.Value is not null).Select(check => $"{check.Key}: {check.Value}")];
        Assert.True(broken.Length == 0, string.Join("\n\n", broken));
        Assert.Equal(OwnCheckCount, own.Count);

        async Task<JsonObject> RunAsync(params string[] arguments) =>
            JsonNode.Parse(await clients.RunAsync("behaviour/run.js", arguments, RunLimit, cancellationToken, environment))!.AsObject();
    }
}
