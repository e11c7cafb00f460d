using System.Text.Json;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Databases;

public sealed class ExtensionEndpointTests
{
    [Fact]
    public async Task Extensions_are_listed_added_and_removed_by_name_and_refusals_keep_their_code()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        (_, JsonElement made) = await server.SendAsync(HttpMethod.Post, "/management/databases", """{"name":"shop"}""");
        string id = made.GetProperty("id").GetString()!;

        (int listed, JsonElement list) = await server.SendAsync(HttpMethod.Get, "/management/databases/shop/extensions");
        (int added, JsonElement extension) = await server.SendAsync(HttpMethod.Put, "/management/databases/shop/extensions/hypopg");
        (int refused, JsonElement error) = await server.SendAsync(HttpMethod.Put, "/management/databases/shop/extensions/uuid%22ossp");
        (int removed, _) = await server.SendAsync(HttpMethod.Delete, "/management/databases/shop/extensions/hypopg");
        (int unknown, _) = await server.SendAsync(HttpMethod.Get, "/management/databases/other/extensions");

        Assert.Equal((200, 200, 400, 204, 404), (listed, added, refused, removed, unknown));
        Assert.Equal("hypopg", list[0].GetProperty("name").GetString());
        Assert.Equal("public", extension.GetProperty("schema").GetString());
        Assert.Equal("DM3540", error.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal([$"add {id} hypopg", $"add {id} uuid\"ossp", $"remove {id} hypopg"], server.Extensions.Calls);
    }
}
