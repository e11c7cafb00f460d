using System.Net;
using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Control.Edges;
using Dormouse.Edge;
using Dormouse.Edge.Caching.Disk;
using Dormouse.Edge.Hits;
using Dormouse.Edge.Origin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Control.Tests.Edges;

/// <summary>An edge of its own on a real Kestrel, behind its wire to the origin.</summary>
internal sealed class EdgeUnderTest : IAsyncDisposable
{
    private static readonly SecretBox Secrets = new(
        new Dictionary<uint, byte[]> { [1] = RandomNumberGenerator.GetBytes(SecretBox.KeyBytes) }
    );

    private readonly EdgeFleet fleet;
    private WebApplication app;

    private EdgeUnderTest(WebApplication app, PartitionProxy wire, AddedEdge added, EdgeFleet fleet)
    {
        this.app = app;
        this.fleet = fleet;
        Wire = wire;
        Added = added;
        Client = new EdgeClient(new Uri(app.Urls.Single()), () => fleet.Shop.First.ApiKey);
    }

    public PartitionProxy Wire { get; }

    public AddedEdge Added { get; }

    public EdgeClient Client { get; private set; }

    /// <summary>Whether it has a lease.</summary>
    public bool Follows => app.Services.RemoteEdgeStatus().Follows;

    public T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<EdgeUnderTest> StartAsync(
        EdgeFleet fleet,
        AddedEdge added,
        string region,
        Action<OriginOptions>? configure,
        string? disk = null
    )
    {
        var wire = new PartitionProxy(fleet.DoorPort);
        WebApplication app = await StartAsync(wire, added.Token, region, configure, disk);
        return new EdgeUnderTest(app, wire, added, fleet);
    }

    /// <summary>Its process ends, by itself or by being killed, and another one takes its place; meanwhile the test does something.</summary>
    public async Task RestartAsync(string disk, bool killed, Func<Task> meanwhile, string? token = null)
    {
        if (!killed)
        {
            await app.StopAsync(TestContext.Current.CancellationToken);
        }
        await app.DisposeAsync();
        Client.Dispose();
        await meanwhile();
        app = await StartAsync(Wire, token ?? Added.Token, "AGAIN", null, disk);
        Client = new EdgeClient(new Uri(app.Urls.Single()), () => fleet.Shop.First.ApiKey);
    }

    private static async Task<WebApplication> StartAsync(
        PartitionProxy wire,
        string token,
        string region,
        Action<OriginOptions>? configure,
        string? disk
    )
    {
        var options = new OriginOptions { Address = wire.Address, Token = token };
        configure?.Invoke(options);
        var edge = new EdgeOptions { Region = region };
        if (disk is not null)
        {
            edge.Cache.Disk = new DiskCacheOptions { Folder = disk, OfferPeriod = TimeSpan.FromMilliseconds(100) };
        }
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseDormouseHits()));
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton(Secrets);
        builder.Services.AddDormouseRemoteEdge(edge, options);
        WebApplication app = builder.Build();
        app.MapDormouseRemoteEdge();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        await Wire.DisposeAsync();
    }
}
