using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Conformance;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;
using Dormouse.Testing.Servers;

namespace Dormouse.EndToEnd.Attached;

/// <summary>PostgreSQL servers that somebody else runs, over TCP and verified TLS, behind a platform, with the unmodified npm clients.</summary>
public sealed class AttachedClientTests(SharedPlatform shared)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_7_gets_from_an_attached_18_what_was_captured()
    {
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(Cancelled);
        await RunCapturedAsync(foreign, "attached-18", 152);
    }

    [Fact]
    public async Task Client_7_gets_from_an_attached_older_server_what_was_captured()
    {
        string? program = ForeignPostgres.OlderProgram;
        Assert.SkipWhen(program is null, "no PostgreSQL 14 to 17 under /usr/lib/postgresql");
        await using ForeignPostgres foreign = await ForeignPostgres.StartOlderAsync(program, Cancelled);
        // Up to 17 PostgreSQL has one SQLSTATE for foreign keys that forbid a delete; the capture is of 18, which has two.
        await RunCapturedAsync(foreign, "attached-older", 151, "err-fk-delete-restrict");
    }

    [Fact]
    public async Task Client_6_gets_from_an_attached_server_what_Prismas_engine_gives()
    {
        NodeClients clients = await shared.ClientsOf(ClientSet.All.Single(one => one.Name == "prisma6"));
        PlatformProcess platform = await shared.Platform;
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(Cancelled);
        PlatformDatabase attached = await platform.AttachAsync(foreign, "attached-6", Cancelled);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), Cancelled);
        await platform.ExecuteAsync(attached.Id, schema, Cancelled);
        using EnginePeer engine = await SharedPlatform.StartPeerAsync(Cancelled);
        using Differential.Side peer = await Differential.Side.OfPeerAsync(engine, await TestPostgres.SharedAsync(), Cancelled);
        await peer.ExecuteAsync(schema, Cancelled);

        ConformanceReport report = ConformanceReport.Of(await RunAsync(peer.Url), await RunAsync(attached.Url));

        Assert.True(report.Differing.Count == 0, report.Text);

        async Task<JsonObject> RunAsync(string url) =>
            JsonNode
                .Parse(await clients.RunAsync("conform.js", ["default", url, "plain", "isolated"], TimeSpan.FromMinutes(3), Cancelled))!
                .AsObject();
    }

    [Fact]
    public async Task The_cache_serves_an_attached_database_and_its_extension_gets_its_statuses()
    {
        NodeClients clients = await shared.Clients;
        PlatformProcess platform = await shared.Platform;
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(Cancelled);
        PlatformDatabase attached = await platform.AttachAsync(foreign, "attached-cache", Cancelled);
        await platform.ExecuteAsync(
            attached.Id,
            await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), Cancelled),
            Cancelled
        );

        string printed = await clients.RunAsync("cache.js", [attached.Url], TimeSpan.FromMinutes(2), Cancelled);

        var outcomes = JsonSerializer.Deserialize<Dictionary<string, string?>>(printed)!;
        Assert.All(outcomes, check => Assert.True(check.Value is null, $"{check.Key}: {check.Value}"));
        Assert.NotEmpty(outcomes);
    }

    [Fact]
    public async Task A_person_attaches_shows_replaces_and_detaches_and_never_sees_the_password()
    {
        PlatformProcess platform = await shared.Platform;
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(Cancelled);
        PlatformDatabase attached = await platform.AttachAsync(foreign, "attached-shop", Cancelled);

        JsonElement server = (await platform.ShowAsync(attached.Id, Cancelled)).GetProperty("server");
        Assert.Equal(foreign.Port, server.GetProperty("port").GetInt32());
        Assert.Equal("verify-full", server.GetProperty("tls").GetString());
        await RefusedAsync("DM2058", "db", "sleep", attached.Name);
        await RefusedAsync("DM2058", "db", "wake", attached.Name);
        await RefusedAsync("DM2015", "db", "attach", attached.Name, foreign.Url(), "--ca", await CaAsync());
        await RefusedAsync("DM2059", "db", "detach", (await platform.CreateDatabaseAsync("not-attached", Cancelled)).Id);

        await foreign.ExecuteAsync($"ALTER ROLE {ForeignPostgres.User} PASSWORD 'another one'", Cancelled);
        await RefusedAsync("DM2052", "db", "attach", "attached-twice", foreign.Url(), "--ca", await CaAsync());
        string changed = foreign.Url(password: "another%20one");
        string shown = await RunAsync("db", "attach", attached.Name, changed, "--ca", await CaAsync(), "--replace", "--connections", "3");
        shown += await RunAsync("db", "show", attached.Name) + await RunAsync("db", "list");
        using (ProtocolClient client = ProtocolClient.Of(platform, attached))
        {
            Assert.Equal(ForeignPostgres.User, await client.ScalarAsync("SELECT current_user", Cancelled));
        }

        string done = await RunAsync("db", "delete", attached.Name);
        Assert.Contains("Nothing was changed on localhost", done, StringComparison.Ordinal);
        string log = await File.ReadAllTextAsync(Path.Combine(platform.DataPath, "logs", "platform.log"), Cancelled);
        Assert.DoesNotContain("another", shown + done + log, StringComparison.Ordinal);
        Assert.DoesNotContain(foreign.Password, shown + done + log, StringComparison.Ordinal);

        Task<string> CaAsync() => AttachedPlatform.CaFileAsync(platform, foreign, Cancelled);

        async Task<string> RunAsync(params string[] words) => (await platform.RunAsync(words, Cancelled)).Succeeded();

        async Task RefusedAsync(string code, params string[] words)
        {
            ProcessRun run = await platform.RunAsync(words, Cancelled);
            Assert.Equal(1, run.ExitCode);
            Assert.StartsWith(code, run.Errors, StringComparison.Ordinal);
        }
    }

    private async Task RunCapturedAsync(ForeignPostgres foreign, string name, int count, params string[] except)
    {
        NodeClients clients = await shared.Clients;
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase attached = await platform.AttachAsync(foreign, name, Cancelled);
        await platform.ExecuteAsync(
            attached.Id,
            await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), Cancelled),
            Cancelled
        );
        await CapturedOperations.CheckAsync(clients, attached.Url, "default", "plain", count, Cancelled, except);
    }
}
