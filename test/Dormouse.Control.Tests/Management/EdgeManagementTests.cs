using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Management;
using Dormouse.Control.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Control.Tests.Management;

/// <summary>The management endpoint of an edge of its own, at the doors at which it may be.</summary>
public sealed class EdgeManagementTests : IAsyncDisposable
{
    private const string MetricsToken = "a token for metrics";

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly FakeCache cache = new();
    private readonly TaskCompletionSource stopped = new();
    private WebApplication? app;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_edge_tells_how_it_stands_to_its_origin()
    {
        await StartAsync();

        (int status, JsonElement body) = await SendAsync(0, HttpMethod.Get, "/management/status");

        JsonElement edge = body.GetProperty("edge");
        Assert.Equal(
            (200, "https://origin:4477", true, 42),
            (
                status,
                edge.GetProperty("origin").GetString(),
                edge.GetProperty("follows").GetBoolean(),
                edge.GetProperty("revision").GetInt64()
            )
        );
    }

    [Fact]
    public async Task Its_cache_is_looked_at_and_emptied_by_a_databases_id()
    {
        DatabaseId shop = DatabaseId.New();
        cache.Known = shop;
        await StartAsync();

        (_, JsonElement summary) = await SendAsync(0, HttpMethod.Get, "/management/cache");
        (_, JsonElement statistics) = await SendAsync(0, HttpMethod.Get, $"/management/databases/{shop}/cache");
        (_, JsonElement result) = await SendAsync(
            0,
            HttpMethod.Post,
            $"/management/databases/{shop}/cache/invalidate",
            """{"tags":["a","b"]}"""
        );

        Assert.Equal(shop.ToString(), summary.GetProperty("databases")[0].GetProperty("id").GetString());
        Assert.Equal("findMany User", statistics.GetProperty("shapes")[0].GetProperty("name").GetString());
        Assert.Equal((7, true), (result.GetProperty("forgotten").GetInt32(), result.GetProperty("atThisEdgeAlone").GetBoolean()));
        Assert.Equal([$"invalidate {shop} a|b"], cache.Calls);
    }

    [Theory]
    [InlineData("GET", "/management/databases/shop/cache", null, 400, "DM2074")]
    [InlineData("POST", "/management/databases/db_0000000000000000/cache/invalidate", "{}", 400, "DM2026")]
    [InlineData("GET", "/management/databases", null, 404, "DM2075")]
    [InlineData("POST", "/management/databases", "{}", 404, "DM2075")]
    public async Task What_an_edge_cannot_do_it_says(string method, string path, string? body, int status, string code)
    {
        await StartAsync();

        (int answered, JsonElement error) = await SendAsync(0, new HttpMethod(method), path, body);

        Assert.Equal((status, code), (answered, error.GetProperty("error").GetProperty("code").GetString()));
        Assert.Empty(cache.Calls);
    }

    [Theory]
    [InlineData("/management/status")]
    [InlineData("/management/cache")]
    [InlineData("/management/anything")]
    [InlineData("/metrics")]
    public async Task Nothing_is_told_without_a_token(string path)
    {
        await StartAsync();

        Assert.Equal(401, (await SendAsync(0, HttpMethod.Get, path, token: "")).Status);
        Assert.Equal(401, (await SendAsync(0, HttpMethod.Get, path, token: "wrong")).Status);
    }

    [Fact]
    public async Task The_token_for_metrics_opens_metrics_and_nothing_else()
    {
        await StartAsync();

        Assert.Equal(200, (await SendAsync(0, HttpMethod.Get, "/metrics", token: MetricsToken)).Status);
        Assert.Equal(200, (await SendAsync(0, HttpMethod.Get, "/metrics")).Status);
        foreach (string path in (string[])["/management/status", "/management/cache", "/management/anything"])
        {
            Assert.Equal(401, (await SendAsync(0, HttpMethod.Get, path, token: MetricsToken)).Status);
        }
        Assert.Equal(401, (await SendAsync(0, HttpMethod.Post, "/management/stop", token: MetricsToken)).Status);
        Assert.False(stopped.Task.IsCompleted);
        Assert.Equal(202, (await SendAsync(0, HttpMethod.Post, "/management/stop")).Status);
        Assert.True(stopped.Task.IsCompleted);
    }

    [Theory]
    [InlineData("/management/status")]
    [InlineData("/MANAGEMENT/status")]
    [InlineData("/management/anything")]
    [InlineData("/metrics")]
    [InlineData("/Metrics")]
    public async Task With_a_door_of_their_own_they_are_at_no_other(string path)
    {
        await StartAsync(hasOwnDoor: true);

        (int atFront, JsonElement body) = await SendAsync(0, HttpMethod.Get, path);
        (int atDoor, _) = await SendAsync(1, HttpMethod.Get, path);

        Assert.Equal((404, JsonValueKind.Undefined), (atFront, body.ValueKind));
        Assert.Equal(path.EndsWith("anything", StringComparison.Ordinal) ? 404 : 200, atDoor);
        Assert.Equal(401, (await SendAsync(1, HttpMethod.Get, path, token: "wrong")).Status);
        Assert.Equal(404, (await SendAsync(0, HttpMethod.Get, path, token: "wrong")).Status);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task StartAsync(bool hasOwnDoor = false)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseDormouseManagementDoor());
        });
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton<ICacheAdmin>(cache);
        builder.Services.AddSingleton(
            new PlatformControl
            {
                Version = "1.2.3",
                Http = "http://127.0.0.1:1",
                Data = "/data",
                StartedAt = DateTimeOffset.UnixEpoch,
                Host = [],
                Edge = () => new EdgeProcessStatus("https://origin:4477", true, 42),
                RequestStop = () => stopped.TrySetResult(),
            }
        );
        builder.Services.AddDormouseEdgeManagement(
            new ManagementOptions
            {
                AdminToken = ControlUnderTest.AdminToken,
                MetricsToken = MetricsToken,
                HasOwnDoor = hasOwnDoor,
            }
        );
        app = builder.Build();
        app.MapDormouseEdgeManagement();
        await app.StartAsync(Cancelled);
    }

    private async Task<(int Status, JsonElement Body)> SendAsync(
        int door,
        HttpMethod method,
        string path,
        string? body = null,
        string token = ControlUnderTest.AdminToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(app!.Urls.ElementAt(door)), path));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancelled);
        string text = await response.Content.ReadAsStringAsync(Cancelled);
        bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return ((int)response.StatusCode, isJson ? JsonDocument.Parse(text).RootElement : default);
    }
}
