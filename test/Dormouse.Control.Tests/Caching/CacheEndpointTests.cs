using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Caching;

public sealed class CacheEndpointTests
{
    private const string Databases = "/management/databases";

    [Fact]
    public async Task Statistics_are_told_with_the_names_of_the_databases()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        DatabaseId id = await MakeAsync(server, "shop");
        server.Cache.Known = id;

        (int status, JsonElement summary) = await server.SendAsync(HttpMethod.Get, "/management/cache");
        (_, JsonElement one) = await server.SendAsync(HttpMethod.Get, Databases + "/shop/cache");

        Assert.Equal(200, status);
        Assert.Equal(10_000, summary.GetProperty("maxBytes").GetInt64());
        JsonElement database = Assert.Single(summary.GetProperty("databases").EnumerateArray());
        Assert.Equal((id.ToString(), "shop"), (database.GetProperty("id").GetString(), database.GetProperty("name").GetString()));
        Assert.Equal("shop", one.GetProperty("database").GetProperty("name").GetString());
        Assert.Equal("findMany User", one.GetProperty("shapes")[0].GetProperty("name").GetString());
        Assert.Equal(8.5, one.GetProperty("shapes")[0].GetProperty("counts").GetProperty("savedMs").GetDouble());
    }

    [Fact]
    public async Task Answers_are_forgotten_by_tags_or_all_at_once()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        DatabaseId id = await MakeAsync(server, "shop");

        (int status, JsonElement tagged) = await InvalidateAsync(server, """{"tags":["a","b"]}""");
        await InvalidateAsync(server, """{"all":true}""");

        Assert.Equal((200, 7), (status, tagged.GetProperty("forgotten").GetInt32()));
        Assert.Equal([$"invalidate {id} a|b", $"invalidate {id} (all)"], server.Cache.Calls);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tags":[]}""")]
    [InlineData("""{"tags":["a"],"all":true}""")]
    [InlineData("""{"tags":[null]}""")]
    public async Task An_invalidation_that_does_not_say_what_is_refused(string body)
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await MakeAsync(server, "shop");

        (int status, JsonElement answer) = await InvalidateAsync(server, body);

        Assert.Equal((400, "DM2026"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        Assert.Empty(server.Cache.Calls);
    }

    [Fact]
    public async Task A_database_that_is_deleted_leaves_nothing_in_the_cache()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        DatabaseId id = await MakeAsync(server, "shop");

        await server.SendAsync(HttpMethod.Delete, Databases + "/shop");

        Assert.Equal([$"forget {id}"], server.Cache.Calls);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_has_no_cache()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();

        Assert.Equal(404, (await server.SendAsync(HttpMethod.Get, Databases + "/shop/cache")).Status);
        Assert.Equal(404, (await InvalidateAsync(server, """{"all":true}""")).Status);
        Assert.Equal(401, (await server.SendAsync(HttpMethod.Get, "/management/cache", null, "wrong")).Status);
    }

    private static Task<(int Status, JsonElement Body)> InvalidateAsync(ManagementServer server, string body) =>
        server.SendAsync(HttpMethod.Post, Databases + "/shop/cache/invalidate", body);

    private static async Task<DatabaseId> MakeAsync(ManagementServer server, string name)
    {
        (_, JsonElement made) = await server.SendAsync(HttpMethod.Post, Databases, $$"""{"name":"{{name}}"}""");
        return DatabaseId.Parse(made.GetProperty("id").GetString()!);
    }
}
