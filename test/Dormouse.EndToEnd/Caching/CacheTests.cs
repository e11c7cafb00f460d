using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Caching;

/// <summary>What the accelerate extension promises, with the unmodified npm packages against a running platform.</summary>
public sealed class CacheTests(SharedPlatform shared)
{
    private const int CheckCount = 19;

    [Theory]
    [InlineData("prisma7", false)]
    [InlineData("prisma7", true)]
    [InlineData("prisma6", false)]
    [InlineData("prisma6", true)]
    [InlineData("prisma60", true)]
    [InlineData("prisma5", true)]
    public async Task The_extension_keeps_its_promises(string set, bool https)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await shared.ClientsOf(ClientSet.All.Single(each => each.Name == set));
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase database = await platform.CreateDatabaseAsync($"cache-{set}-{https}", cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await platform.ExecuteAsync(database.Id, schema, cancellationToken);

        string printed = await clients.RunAsync(
            "cache.js",
            https ? [database.Url, database.HttpsUrl] : [database.Url],
            TimeSpan.FromMinutes(2),
            cancellationToken,
            platform.TrustEnvironment
        );

        Dictionary<string, string?> outcomes = JsonSerializer.Deserialize<Dictionary<string, string?>>(printed)!;
        string[] broken = [.. outcomes.Where(check => check.Value is not null).Select(check => $"{check.Key}: {check.Value}")];
        Assert.True(broken.Length == 0, string.Join("\n\n", broken));
        Assert.Equal(CheckCount, outcomes.Count);
    }

    [Fact]
    public async Task A_cached_answer_leaves_a_sleeping_database_asleep_and_people_can_see_and_empty_the_cache()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase database = await platform.CreateDatabaseAsync("cache-asleep", cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = platform.Http };
        client.DefaultRequestHeaders.Authorization = new("Bearer", database.ApiKey);

        Assert.Equal("miss", await AskAsync(client, cancellationToken));
        await platform.SleepAsync(database.Id, "stopped", cancellationToken);
        Assert.Equal("ttl", await AskAsync(client, cancellationToken));

        Assert.Equal("stopped", (await platform.ShowAsync(database.Id, cancellationToken)).GetProperty("state").GetString());
        JsonElement counts = (await platform.JsonAsync(["cache", "stats", "cache-asleep"], cancellationToken))
            .GetProperty("database")
            .GetProperty("counts");
        Assert.Equal((1, 1), (counts.GetProperty("hits").GetInt32(), counts.GetProperty("misses").GetInt32()));
        Assert.True(counts.GetProperty("savedMs").GetDouble() > 0);
        JsonElement forgotten = await platform.JsonAsync(["cache", "invalidate", "cache-asleep", "--tag", "numbers"], cancellationToken);
        Assert.Equal(1, forgotten.GetProperty("forgotten").GetInt32());
        Assert.Equal("miss", await AskAsync(client, cancellationToken));
        Assert.Equal("running", (await platform.ShowAsync(database.Id, cancellationToken)).GetProperty("state").GetString());
    }

    private static async Task<string> AskAsync(HttpClient client, CancellationToken cancellationToken)
    {
        const string Query = """
            {"operation":"findMany","model":"Number","plan":{"type":"query","args":{"type":"templateSql",
            "fragments":[{"type":"stringChunk","chunk":"SELECT 1 AS n"}],"args":[],"argTypes":[],
            "placeholderFormat":{"prefix":"$","hasNumbering":true},"chunkable":true}},"params":{}}
            """;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/query") { Content = new StringContent(Query) };
        request.Headers.TryAddWithoutValidation("cache-control", "max-age=600");
        request.Headers.TryAddWithoutValidation("accelerate-cache-tags", "numbers");
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
        Assert.Equal("""{"data":[{"n":1}]}""", await response.Content.ReadAsStringAsync(cancellationToken));
        return response.Headers.GetValues("accelerate-cache-status").Single();
    }
}
