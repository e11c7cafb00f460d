using System.Text.Json;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Databases;

public sealed class UpgradeEndpointTests
{
    [Fact]
    public async Task An_upgrade_its_confirmation_and_its_way_back_reach_the_instance_and_only_the_last_forgets_what_was_cached()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        (_, JsonElement made) = await server.SendAsync(HttpMethod.Post, "/management/databases", """{"name":"shop"}""");
        string id = made.GetProperty("id").GetString()!;
        const string path = "/management/databases/shop/upgrade";

        (int upgraded, JsonElement shown) = await server.SendAsync(HttpMethod.Post, path, """{"to":18}""");
        (int refused, JsonElement error) = await server.SendAsync(HttpMethod.Post, path, """{"to":99}""");
        (int unnamed, _) = await server.SendAsync(HttpMethod.Post, path, "{}");
        (int confirmed, _) = await server.SendAsync(HttpMethod.Post, path + "/confirm");
        Assert.Empty(server.Cache.Calls);
        (int back, _) = await server.SendAsync(HttpMethod.Post, path + "/back");

        Assert.Equal((200, 400, 400, 200, 200), (upgraded, refused, unnamed, confirmed, back));
        Assert.Equal("shop", shown.GetProperty("name").GetString());
        Assert.Equal("DM3550", error.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal([$"upgrade {id} 18", $"upgrade {id} 99", $"confirm {id}", $"back {id}"], server.Upgrades.Calls);
        Assert.Equal([$"forget {id}"], server.Cache.Calls);
    }
}
