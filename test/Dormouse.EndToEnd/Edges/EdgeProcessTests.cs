using System.Globalization;
using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

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

    private static async Task<PlatformProcess> StartEdgeAsync(PlatformProcess platform, CancellationToken cancellationToken)
    {
        JsonElement added = await platform.JsonAsync(["edge", "add", "near"], cancellationToken);
        string tokenFile = Path.Combine(platform.DataPath, "near.token");
        await File.WriteAllTextAsync(tokenFile, added.GetProperty("token").GetString() + "\n", cancellationToken);
        string origin = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{platform.Up.GetProperty("edges").GetInt32()}");
        return await PlatformProcess.StartAsync(cancellationToken, "--role", "edge", "--origin", origin, "--origin-token-file", tokenFile);
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
