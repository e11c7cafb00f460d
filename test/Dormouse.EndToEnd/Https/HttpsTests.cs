using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Edge.Tls;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.EndToEnd.Https;

/// <summary>Unmodified clients over <c>prisma://localhost</c>, against the front door's own https with its development certificate.</summary>
public sealed class HttpsTests(SharedPlatform shared)
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(2);
    private static readonly string Page = Path.Combine(Checkout.Root, "docs", "reference", "https.md");

    [Theory]
    [InlineData("prisma7")]
    [InlineData("prisma6")]
    [InlineData("prisma60")]
    [InlineData("prisma5")]
    public async Task A_client_that_trusts_the_CA_gets_all_over_https_and_the_pages_snippet_brings_invalidations(string set)
    {
        (PlatformProcess platform, PlatformDatabase database) = await DatabaseAsync($"https-{set}");

        JsonNode outcome = await RunAsync(set, platform.TrustEnvironment, "trusted", database.HttpsUrl, Page);

        Assert.Equal(
            [$"https://localhost:{new Uri(database.HttpsUrl).Port}"],
            outcome["origins"]!.AsArray().Select(origin => (string?)origin)
        );
        Assert.Equal(
            ["miss inside", "ttl inside", "miss one", "miss two"],
            outcome["invalidation"]!.AsArray().Select(seen => (string?)seen)
        );
    }

    [Theory]
    [InlineData("prisma7", "UNABLE_TO_VERIFY_LEAF_SIGNATURE unable to verify the first certificate")]
    [InlineData("prisma6", "P5010")]
    [InlineData("prisma60", "P5010")]
    [InlineData("prisma5", "P5010")]
    public async Task A_client_that_does_not_trust_the_CA_says_what_the_page_says(string set, string said)
    {
        (_, PlatformDatabase database) = await DatabaseAsync($"https-untrusted-{set}");

        JsonNode outcome = await RunAsync(set, new() { ["NODE_EXTRA_CA_CERTS"] = null }, "untrusted", database.HttpsUrl);

        string messages = string.Join('\n', outcome["messages"]!.AsArray());
        Assert.Contains(said, messages, StringComparison.Ordinal);
        Assert.Contains("fetch failed", messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_certificate_changes_under_load_without_a_request_lost()
    {
        (PlatformProcess platform, PlatformDatabase database) = await DatabaseAsync("https-reload");
        Task<JsonNode> load = RunAsync("prisma7", platform.TrustEnvironment, "reload", database.HttpsUrl, "2");

        // As a renewal does: another certificate of the same CA, in the same file. Again while the load has not seen two.
        for (var number = 0; !load.IsCompleted; number++)
        {
            var other = new TlsOptions
            {
                DevelopmentFolder = Path.Combine(platform.DataPath, "tls"),
                DevelopmentNames = [$"other{number}"],
            };
            new DevelopmentAuthority(other, TimeProvider.System, NullLogger.Instance).Ensure();
            await Task.WhenAny(load, Task.Delay(3 * other.CheckPeriod, TimeProvider.System, TestContext.Current.CancellationToken));
        }

        JsonNode outcome = await load;
        Assert.Empty(outcome["failures"]!.AsArray());
        Assert.Equal(2, (int)outcome["certificates"]!);
        Assert.True((int)outcome["queries"]! > 10 && (int)outcome["handshakes"]! > 10, outcome.ToJsonString());
    }

    [Fact]
    public async Task A_certificate_of_ones_own_is_served_and_a_broken_one_stops_the_next_start()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await shared.Clients;
        using TestDataFolder folder = new();
        Dictionary<string, string?> trust = await LocalhostCertificate.MakeAsync(folder.Path, cancellationToken);
        string file = folder.Combine("cert.pem");
        string[] options = ["--https", "0", "--tls-cert", file, "--tls-key", folder.Combine("key.pem")];
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, options);
        PlatformDatabase database = await MakeAsync(platform, "https-own");

        JsonNode outcome = await RunAsync("prisma7", trust, "trusted", database.HttpsUrl, Page);
        JsonElement https = (await platform.JsonAsync(["status"], cancellationToken)).GetProperty("https");
        await platform.DownAsync(cancellationToken);
        await File.WriteAllTextAsync(file, "broken", cancellationToken);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => platform.UpAsync(cancellationToken));

        Assert.Single(outcome["origins"]!.AsArray());
        Assert.Equal(file, https.GetProperty("certificateFile").GetString());
        Assert.False(https.TryGetProperty("caFile", out _));
        Assert.Contains($"DM4051: The file '{file}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_prints_the_url_for_https_alone_where_that_is_asked_for()
    {
        (PlatformProcess platform, PlatformDatabase database) = await DatabaseAsync("https-url");

        string printed = (
            await platform.RunAsync(
                ["connection", "create", database.Id, "--name", "web", "--url", "--https"],
                TestContext.Current.CancellationToken
            )
        ).Succeeded();

        Assert.Matches($"^prisma://localhost:{new Uri(database.HttpsUrl).Port}/\\?api_key=\\S+\n$", printed);
    }

    private async Task<(PlatformProcess Platform, PlatformDatabase Database)> DatabaseAsync(string name)
    {
        PlatformProcess platform = await shared.Platform;
        return (platform, await MakeAsync(platform, name));
    }

    private static async Task<PlatformDatabase> MakeAsync(PlatformProcess platform, string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        PlatformDatabase database = await platform.CreateDatabaseAsync(name, cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await platform.ExecuteAsync(database.Id, schema, cancellationToken);
        return database;
    }

    private async Task<JsonNode> RunAsync(string set, Dictionary<string, string?> environment, params string[] arguments)
    {
        NodeClients clients = await shared.ClientsOf(ClientSet.All.Single(each => each.Name == set));
        return JsonNode.Parse(await clients.RunAsync("https.js", arguments, RunLimit, TestContext.Current.CancellationToken, environment))!;
    }
}
