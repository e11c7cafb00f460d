using System.Net.Http.Headers;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Platform;

public sealed class MetricsTests(SharedPlatform shared)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Probes_and_metrics_of_a_whole_platform_answer_and_leave_a_stopped_database_asleep()
    {
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase database = await platform.CreateDatabaseAsync("name-of-a-tenant", Cancelled);
        using (ProtocolClient app = ProtocolClient.Of(platform, database))
        {
            Assert.Equal("1", await app.ScalarAsync("SELECT '1'", Cancelled));
        }
        await platform.SleepAsync(database.Id, "stopped", Cancelled);
        string token = (await File.ReadAllTextAsync(Path.Combine(platform.DataPath, "admin.token"), Cancelled)).Trim();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = platform.Http };

        Assert.Equal((200, """{"status":"ok"}"""), await GetAsync(http, "/health", null));
        Assert.Equal((200, """{"status":"ready"}"""), await GetAsync(http, "/ready", null));
        Assert.Equal(401, (await GetAsync(http, "/metrics", null)).Status);
        (int status, string text) = await GetAsync(http, "/metrics", token);

        Assert.Equal(200, status);
        Assert.Matches(
            "(?m)^dormouse_edge_request_duration_seconds_count\\{dormouse_protocol=\"b\",dormouse_outcome=\"ok\"\\} [1-9]",
            text
        );
        Assert.Matches("(?m)^dormouse_instance_count\\{dormouse_instance_state=\"stopped\"\\} [1-9]", text);
        Assert.All(
            [database.Id, database.Name, database.ApiKey, token],
            secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)
        );
        Assert.Equal("stopped", (await platform.ShowAsync(database.Id, Cancelled)).GetProperty("state").GetString());
    }

    private static async Task<(int Status, string Text)> GetAsync(HttpClient http, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancelled);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled));
    }
}
