using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Backups;

public sealed class BackupEndpointTests
{
    private const string Backup = "db_0000000000000000/1-20260101T000000000Z.dmb";

    [Fact]
    public async Task A_database_is_backed_up_by_its_name_and_its_backups_are_listed()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        string id = await CreateAsync(server, "shop");

        (int taken, JsonElement backup) = await server.SendAsync(
            HttpMethod.Post,
            "/management/databases/shop/backups",
            """{"to":"/there"}"""
        );
        (int listed, JsonElement list) = await server.SendAsync(HttpMethod.Get, "/management/databases/shop/backups?from=%2Fthere");
        (int all, _) = await server.SendAsync(HttpMethod.Get, "/management/backups");

        Assert.Equal((201, 200, 200), (taken, listed, all));
        Assert.Equal(id, backup.GetProperty("database").GetString());
        Assert.Equal("/there", list[0].GetProperty("place").GetString());
        Assert.Equal([$"take {id} shop /there", $"list {id} /there", "list  "], server.Backups.Calls);
    }

    [Fact]
    public async Task A_restored_database_is_new_with_a_key_of_its_own()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        string key = new('0', 64);

        (int status, JsonElement made) = await server.SendAsync(
            HttpMethod.Post,
            "/management/databases/restored",
            $$"""{"backup":"{{Backup}}","name":"again","from":"/there","key":"{{key}}"}"""
        );

        Assert.Equal(201, status);
        Assert.Equal(("again", "running"), (made.GetProperty("name").GetString(), made.GetProperty("state").GetString()));
        Assert.Contains("api_key=", made.GetProperty("urls").GetProperty("prisma").GetString(), StringComparison.Ordinal);
        Assert.Equal([$"create {Backup} /there 32"], server.Backups.Calls);
    }

    [Fact]
    public async Task A_clone_is_new_with_a_key_of_its_own()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        string id = await CreateAsync(server, "shop");

        (int status, JsonElement made) = await server.SendAsync(HttpMethod.Post, "/management/databases/shop/clone", """{"name":"twin"}""");

        Assert.Equal((201, "twin"), (status, made.GetProperty("name").GetString()));
        Assert.NotEqual(id, made.GetProperty("id").GetString());
        Assert.Contains("api_key=", made.GetProperty("urls").GetProperty("prisma").GetString(), StringComparison.Ordinal);
        Assert.Equal([$"clone {id}"], server.Backups.Calls);
    }

    [Fact]
    public async Task A_clone_has_the_class_of_its_source_and_a_restored_database_is_small_unless_the_request_says_otherwise()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, "/management/databases", """{"name":"shop","class":"medium","maxClass":"large"}""");
        string restored = $"\"backup\":\"{Backup}\"";

        Assert.Equal("medium medium large", await SizeAsync("shop/clone", """{"name":"same"}"""));
        Assert.Equal("medium medium medium", await SizeAsync("shop/clone", """{"name":"lower","maxClass":"medium"}"""));
        Assert.Equal("small small large", await SizeAsync("shop/clone", """{"name":"less","class":"small"}"""));
        Assert.Equal("small small small", await SizeAsync("restored", $$"""{{{restored}},"name":"plain"}"""));
        Assert.Equal(
            "medium medium large",
            await SizeAsync("restored", $$"""{{{restored}},"name":"more","class":"medium","maxClass":"large"}""")
        );
        Assert.Equal("DM2033", await SizeAsync("restored", $$"""{{{restored}},"name":"wrong","class":"large","maxClass":"small"}"""));
        Assert.Equal("DM2033", await SizeAsync("shop/clone", """{"name":"wrong","class":"huge"}"""));

        async Task<string?> SizeAsync(string path, string request)
        {
            (int status, JsonElement made) = await server.SendAsync(HttpMethod.Post, $"/management/databases/{path}", request);
            if (status != 201)
            {
                return made.GetProperty("error").GetProperty("code").GetString();
            }
            JsonElement size = made.GetProperty("class");
            return $"{size.GetProperty("now").GetString()} {size.GetProperty("least").GetString()} {size.GetProperty("most").GetString()}";
        }
    }

    [Fact]
    public async Task A_restore_that_fails_leaves_no_database()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        server.Backups.BeforeCreate = () => throw new DormouseException(FailureKind.Caller, "DM3503", "damaged");

        (int status, JsonElement body) = await server.SendAsync(
            HttpMethod.Post,
            "/management/databases/restored",
            $$"""{"backup":"{{Backup}}","name":"again"}"""
        );
        (_, JsonElement list) = await server.SendAsync(HttpMethod.Get, "/management/databases");

        Assert.Equal(400, status);
        Assert.Equal("DM3503", body.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(0, list.GetArrayLength());
    }

    [Fact]
    public async Task Replacing_the_content_forgets_what_was_cached_of_the_old_one()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        string id = await CreateAsync(server, "shop");

        (int status, _) = await server.SendAsync(HttpMethod.Put, "/management/databases/shop/content", $$"""{"backup":"{{Backup}}"}""");
        (int unnamed, JsonElement body) = await server.SendAsync(HttpMethod.Put, "/management/databases/shop/content", "{}");

        Assert.Equal((200, 400), (status, unnamed));
        Assert.Equal("DM2032", body.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal([$"replace {id} {Backup}  "], server.Backups.Calls);
        Assert.Equal([$"forget {id}"], server.Cache.Calls);
    }

    private static async Task<string> CreateAsync(ManagementServer server, string name)
    {
        (_, JsonElement made) = await server.SendAsync(HttpMethod.Post, "/management/databases", $$"""{"name":"{{name}}"}""");
        return made.GetProperty("id").GetString()!;
    }
}
