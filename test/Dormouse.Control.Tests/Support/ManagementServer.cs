using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dormouse.Control.Management;
using Dormouse.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Control.Tests.Support;

/// <summary>The management endpoint on a real Kestrel, with control put together as in the product.</summary>
internal sealed class ManagementServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http;

    private ManagementServer(WebApplication app, FakeInstances instances)
    {
        this.app = app;
        Instances = instances;
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public FakeInstances Instances { get; }

    public FakeBackups Backups => app.Services.GetRequiredService<FakeBackups>();

    public FakeDumps Dumps => app.Services.GetRequiredService<FakeDumps>();

    public FakeUpgrades Upgrades => app.Services.GetRequiredService<FakeUpgrades>();

    public FakeExtensions Extensions => app.Services.GetRequiredService<FakeExtensions>();

    public FakeCache Cache => app.Services.GetRequiredService<FakeCache>();

    public T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public bool StopWasAsked { get; private set; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<ManagementServer> StartAsync()
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        TestDatabase store = await server.CreateDatabaseAsync(Cancelled);
        var instances = new FakeInstances(server);
        ManagementServer? started = null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        ControlUnderTest.AddControl(builder.Services, instances, TimeProvider.System, ControlUnderTest.Options(store, new byte[32]));
        builder.Services.AddSingleton(
            new PlatformControl
            {
                Version = "1.2.3",
                Http = "http://127.0.0.1:1",
                Data = "/data",
                StartedAt = DateTimeOffset.UnixEpoch,
                Host = ["ok       cores: 2."],
                RequestStop = () => started!.StopWasAsked = true,
            }
        );
        WebApplication app = builder.Build();
        app.MapDormouseManagement();
        await app.StartAsync(Cancelled);
        return started = new ManagementServer(app, instances);
    }

    /// <summary>Sends a request and reads the answer, whatever its status. An empty token is none.</summary>
    public async Task<(int Status, JsonElement Body)> SendAsync(
        HttpMethod method,
        string path,
        string? body = null,
        string token = ControlUnderTest.AdminToken
    )
    {
        (int status, _, string text) = await SendForTextAsync(method, path, body, token);
        return (status, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>The same for answers that are no JSON.</summary>
    public async Task<(int Status, string? ContentType, string Text)> SendForTextAsync(
        HttpMethod method,
        string path,
        string? body = null,
        string token = ControlUnderTest.AdminToken
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        request.Headers.Authorization = token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancelled);
        string text = await response.Content.ReadAsStringAsync(Cancelled);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), text);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }
}
