using System.Globalization;
using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Edges;

/// <summary>An edge of its own as a person runs it, a process before a platform that is another, with the unmodified npm packages.</summary>
public sealed class EdgeProcessTests(SharedPlatform shared)
{
    private const int CheckCount = 19;

    [Theory]
    [InlineData("prisma6")]
    [InlineData("prisma7")]
    public async Task The_extension_keeps_its_promises_at_an_edge_of_its_own(string set)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await shared.ClientsOf(ClientSet.All.Single(each => each.Name == set));
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample", "--edges", "0");
        await using PlatformProcess edge = await StartEdgeAsync(platform, cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("shop", cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await platform.ExecuteAsync(database.Id, schema, cancellationToken);
        string url = string.Create(
            CultureInfo.InvariantCulture,
            $"prisma+postgres://localhost:{edge.Http.Port}/?api_key={database.ApiKey}"
        );

        string printed = await clients.RunAsync("cache.js", [url], TimeSpan.FromMinutes(2), cancellationToken);

        Dictionary<string, string?> outcomes = JsonSerializer.Deserialize<Dictionary<string, string?>>(printed)!;
        string[] broken = [.. outcomes.Where(check => check.Value is not null).Select(check => $"{check.Key}: {check.Value}")];
        Assert.True(broken.Length == 0, string.Join("\n\n", broken));
        Assert.Equal(CheckCount, outcomes.Count);

        JsonElement listed = Assert.Single((await platform.JsonAsync(["edge", "list"], cancellationToken)).EnumerateArray());
        Assert.Equal(1, listed.GetProperty("leases").GetInt32());
        await RevokeAsync(platform, edge, database, cancellationToken);
    }

    [Fact]
    public async Task An_edge_is_operated_like_a_platform_and_apart_from_the_door_of_apps()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample", "--edges", "0");
        await using PlatformProcess edge = await StartEdgeAsync(platform, cancellationToken, "--management", "0");
        PlatformDatabase database = await platform.CreateDatabaseAsync("shop", cancellationToken);
        using var apps = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = edge.Http };
        using var operators = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(edge.Up.GetProperty("management").GetString()!),
        };
        string metricsToken = await File.ReadAllTextAsync(Path.Combine(edge.DataPath, "metrics.token"), cancellationToken);
        apps.DefaultRequestHeaders.Authorization = operators.DefaultRequestHeaders.Authorization = new("Bearer", metricsToken.Trim());
        using HttpRequestMessage info = new(HttpMethod.Get, "/connection-info");
        info.Headers.Authorization = new("Bearer", database.ApiKey);
        using HttpResponseMessage answered = await apps.SendAsync(info, cancellationToken);

        JsonElement status = await edge.JsonAsync(["status"], cancellationToken);
        JsonElement summary = await edge.JsonAsync(["cache", "stats"], cancellationToken);
        JsonElement forgotten = await edge.JsonAsync(["cache", "invalidate", database.Id, "--all"], cancellationToken);
        ProcessRun databases = await edge.RunAsync(["db", "list"], cancellationToken);
        string metrics = await operators.GetStringAsync("/metrics", cancellationToken);
        using HttpResponseMessage atApps = await apps.GetAsync("/metrics", cancellationToken);
        ProcessRun down = await edge.RunAsync(["down"], cancellationToken);

        Assert.Equal(200, (int)answered.StatusCode);
        Assert.True(status.GetProperty("edge").GetProperty("follows").GetBoolean());
        Assert.Equal(0, summary.GetProperty("entries").GetInt32());
        Assert.True(forgotten.GetProperty("atThisEdgeAlone").GetBoolean());
        Assert.Contains("DM2075", databases.Errors, StringComparison.Ordinal);
        Assert.Contains("dormouse_edge_leases 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("dormouse_cache_limit_bytes ", metrics, StringComparison.Ordinal);
        Assert.Contains("dormouse_edge_request_duration_seconds_count", metrics, StringComparison.Ordinal);
        Assert.Equal(404, (int)atApps.StatusCode);
        Assert.Equal("The edge is stopped.", down.Succeeded().Trim());
    }

    private static async Task<PlatformProcess> StartEdgeAsync(
        PlatformProcess platform,
        CancellationToken cancellationToken,
        params string[] options
    )
    {
        JsonElement added = await platform.JsonAsync(["edge", "add", "near"], cancellationToken);
        string tokenFile = Path.Combine(platform.DataPath, "near.token");
        await File.WriteAllTextAsync(tokenFile, added.GetProperty("token").GetString() + "\n", cancellationToken);
        string origin = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{platform.Up.GetProperty("edges").GetInt32()}");
        return await PlatformProcess.StartAsync(
            cancellationToken,
            ["--role", "edge", "--origin", origin, "--origin-token-file", tokenFile, .. options]
        );
    }

    private static async Task RevokeAsync(
        PlatformProcess platform,
        PlatformProcess edge,
        PlatformDatabase database,
        CancellationToken cancellationToken
    )
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = edge.Http };
        client.DefaultRequestHeaders.Authorization = new("Bearer", database.ApiKey);
        JsonElement connections = await platform.JsonAsync(["connection", "list", database.Id], cancellationToken);
        string connection = connections.EnumerateArray().Single().GetProperty("id").GetString()!;

        using HttpResponseMessage before = await client.GetAsync("/connection-info", cancellationToken);
        (await platform.RunAsync(["connection", "delete", connection], cancellationToken)).Succeeded();
        using HttpResponseMessage after = await client.GetAsync("/connection-info", cancellationToken);

        Assert.Equal((200, 401), ((int)before.StatusCode, (int)after.StatusCode));
    }
}
