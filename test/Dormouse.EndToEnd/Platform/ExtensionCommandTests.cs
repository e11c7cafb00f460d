using System.Text.Json;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Platform;

/// <summary>Extensions by the command line, from a list to a query through the front door.</summary>
public sealed class ExtensionCommandTests
{
    [Fact]
    public async Task A_tenant_gets_an_extension_that_only_a_superuser_may_create_and_none_that_is_not_allowed()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample");
        PlatformDatabase database = await platform.CreateDatabaseAsync("shop", cancellationToken);
        JsonElement images = await platform.JsonAsync(["image", "list"], cancellationToken);

        JsonElement added = await platform.JsonAsync(["db", "extension", "add", "shop", "pgstattuple"], cancellationToken);
        await platform.ExecuteAsync(
            database.Id,
            "CREATE EXTENSION citext; CREATE TABLE words AS SELECT 'A'::citext AS word",
            cancellationToken
        );
        JsonElement list = await platform.JsonAsync(["db", "extension", "list", "shop"], cancellationToken);
        ProcessRun refused = await platform.RunAsync(["db", "extension", "add", "shop", "dblink"], cancellationToken);
        ProcessRun used = await platform.RunAsync(["db", "extension", "remove", "shop", "citext"], cancellationToken);
        (await platform.RunAsync(["db", "extension", "remove", "shop", "pgstattuple"], cancellationToken)).Succeeded();
        JsonElement shown = await platform.JsonAsync(["db", "show", "shop"], cancellationToken);

        Assert.Equal("public", added.GetProperty("schema").GetString());
        Assert.Equal(
            ["citext", "pgstattuple"],
            list.EnumerateArray()
                .Where(each => each.TryGetProperty("installed", out _))
                .Select(each => each.GetProperty("name").GetString())
        );
        Assert.StartsWith("DM3540: ", refused.Errors, StringComparison.Ordinal);
        Assert.StartsWith("DM3542: ", used.Errors, StringComparison.Ordinal);
        JsonElement image = images
            .EnumerateArray()
            .Single(each => each.GetProperty("digest").GetString() == shown.GetProperty("image").GetString());
        Assert.Equal(image.GetProperty("version").GetString(), shown.GetProperty("postgres").GetString());
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        Assert.Equal("1", await client.ScalarAsync("SELECT count(*)::text FROM words WHERE word = 'a'", cancellationToken));
    }
}
