using System.Text.Json;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Backups;

public sealed class DumpEndpointTests
{
    [Fact]
    public async Task An_export_is_streamed_in_the_form_that_was_asked_for()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        string id = await CreateAsync(server);

        (int status, string? type, string text) = await server.SendForTextAsync(
            HttpMethod.Get,
            "/management/databases/shop/export?format=plain"
        );
        (_, _, string custom) = await server.SendForTextAsync(HttpMethod.Get, "/management/databases/shop/export");
        (int unknown, JsonElement body) = await server.SendAsync(HttpMethod.Get, "/management/databases/shop/export?format=paper");

        Assert.Equal((200, "application/octet-stream", $"Plain {id}"), (status, type, text));
        Assert.Equal($"Custom {id}", custom);
        Assert.Equal((400, "DM3526"), (unknown, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task An_export_that_fails_says_why_or_once_it_has_begun_breaks_off()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await CreateAsync(server);
        server.Dumps.ExportFailsAfter = 0;
        (int status, JsonElement body) = await server.SendAsync(HttpMethod.Get, "/management/databases/shop/export");
        server.Dumps.ExportFailsAfter = 3;

        await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
            server.SendForTextAsync(HttpMethod.Get, "/management/databases/shop/export")
        );

        Assert.Equal((422, "DM3521"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task An_import_of_any_length_is_streamed_and_forgets_what_was_cached()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        string id = await CreateAsync(server);
        string dump = new('x', 40_000_000);

        (int status, _) = await server.SendAsync(HttpMethod.Post, "/management/databases/shop/import?into=existing", dump);

        Assert.Equal(204, status);
        Assert.Equal([$"{id} 40000000 True"], server.Dumps.Calls);
        Assert.Equal([$"forget {id}"], server.Cache.Calls);
    }

    private static async Task<string> CreateAsync(ManagementServer server)
    {
        (_, JsonElement made) = await server.SendAsync(HttpMethod.Post, "/management/databases", """{"name":"shop"}""");
        return made.GetProperty("id").GetString()!;
    }
}
