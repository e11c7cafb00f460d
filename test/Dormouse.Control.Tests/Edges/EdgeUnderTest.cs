using System.Net;
using Dormouse.Control.Edges;
using Dormouse.Edge;
using Dormouse.Edge.Origin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Control.Tests.Edges;

/// <summary>An edge of its own on a real Kestrel, behind its wire to the origin.</summary>
internal sealed class EdgeUnderTest : IAsyncDisposable
{
    private readonly WebApplication app;

    private EdgeUnderTest(WebApplication app, PartitionProxy wire, AddedEdge added, EdgeFleet fleet)
    {
        this.app = app;
        Wire = wire;
        Added = added;
        Client = new EdgeClient(new Uri(app.Urls.Single()), () => fleet.Shop.First.ApiKey);
    }

    public PartitionProxy Wire { get; }

    public AddedEdge Added { get; }

    public EdgeClient Client { get; }

    public static async Task<EdgeUnderTest> StartAsync(EdgeFleet fleet, AddedEdge added, string region, Action<OriginOptions>? configure)
    {
        var wire = new PartitionProxy(fleet.DoorPort);
        var options = new OriginOptions { Address = wire.Address, Token = added.Token };
        configure?.Invoke(options);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddDormouseRemoteEdge(new EdgeOptions { Region = region }, options);
        WebApplication app = builder.Build();
        app.MapDormouseRemoteEdge();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EdgeUnderTest(app, wire, added, fleet);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        await Wire.DisposeAsync();
    }
}
