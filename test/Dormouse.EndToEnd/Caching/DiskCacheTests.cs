using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Testing;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Caching;

/// <summary>A platform as a person runs it, with answers on disk: killed, stopped, and asked again.</summary>
public sealed class DiskCacheTests
{
    private const string Schema = "CREATE TABLE item (id int PRIMARY KEY, v int); INSERT INTO item VALUES (1, 0), (2, 0);";

    [Fact]
    public async Task Answers_outlast_a_kill_and_a_stop_and_what_was_invalidated_does_not()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var data = new TestDataFolder();
        string disk = data.Combine("answers");
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample", "--cache-disk", disk);
        PlatformDatabase database = await platform.CreateDatabaseAsync("shop", cancellationToken);
        await platform.ExecuteAsync(database.Id, Schema, cancellationToken);
        Assert.Equal(("miss", 0), await ReadAsync(platform, database, 1, cancellationToken));
        Assert.Equal(("miss", 0), await ReadAsync(platform, database, 2, cancellationToken));
        await UntilOnDiskAsync(platform, 2, cancellationToken);

        await platform.ExecuteAsync(database.Id, "UPDATE item SET v = 1", cancellationToken);
        (await platform.RunAsync(["cache", "invalidate", "shop", "--tag", "item_1"], cancellationToken)).Succeeded();
        await platform.KillAsync(cancellationToken);
        await platform.UpAsync(cancellationToken);

        Assert.Equal(("miss", 1), await ReadAsync(platform, database, 1, cancellationToken));
        Assert.Equal(("ttl", 0), await ReadAsync(platform, database, 2, cancellationToken));

        // A stop writes what is in memory only.
        await platform.DownAsync(cancellationToken);
        await platform.UpAsync(cancellationToken);
        Assert.Equal(("ttl", 1), await ReadAsync(platform, database, 1, cancellationToken));
        Assert.Equal(("ttl", 0), await ReadAsync(platform, database, 2, cancellationToken));
    }

    private static async Task UntilOnDiskAsync(PlatformProcess platform, int answers, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            string summary = await platform.ManageAsync(HttpMethod.Get, "/management/cache", null, patience.Token);
            JsonElement disk = JsonDocument.Parse(summary).RootElement.GetProperty("disk");
            Assert.True(disk.GetProperty("isOn").GetBoolean());
            if (disk.GetProperty("entries").GetInt32() >= answers)
            {
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }

    private static async Task<(string? Status, int Version)> ReadAsync(
        PlatformProcess platform,
        PlatformDatabase database,
        int id,
        CancellationToken cancellationToken
    )
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = platform.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/query") { Content = JsonContent.Create(Plan(id)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", database.ApiKey);
        request.Headers.TryAddWithoutValidation("cache-control", "max-age=3600");
        request.Headers.TryAddWithoutValidation("accelerate-cache-tags", $"item_{id}");
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        response.EnsureSuccessStatusCode();
        return (
            response.Headers.TryGetValues("accelerate-cache-status", out IEnumerable<string>? status) ? status.Single() : null,
            answer["data"]![0]!["v"]!.GetValue<int>()
        );
    }

    // What client 7 compiles of findMany.
    private static JsonObject Plan(int id) =>
        new()
        {
            ["operation"] = "findMany",
            ["plan"] = new JsonObject
            {
                ["type"] = "query",
                ["args"] = new JsonObject
                {
                    ["type"] = "templateSql",
                    ["fragments"] = new JsonArray(
                        new JsonObject { ["type"] = "stringChunk", ["chunk"] = $"SELECT v FROM item WHERE id = {id}" }
                    ),
                    ["placeholderFormat"] = new JsonObject { ["prefix"] = "$", ["hasNumbering"] = true },
                    ["args"] = new JsonArray(),
                    ["argTypes"] = new JsonArray(),
                    ["chunkable"] = true,
                },
            },
            ["params"] = new JsonObject(),
        };
}
