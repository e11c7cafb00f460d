using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Control.Connections;
using Dormouse.Control.Databases;
using Dormouse.Control.Edges;
using Dormouse.Control.Tests.Support;
using Dormouse.Edge;
using Dormouse.Edge.Door;
using Dormouse.Edge.Hits;
using Dormouse.Edge.Origin;
using Dormouse.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Control.Tests.Edges;

/// <summary>
/// An origin with control and front door, put together as in the product on a real PostgreSQL, and edges of their own before it, each
/// behind a wire that a test can cut. All in this process, over real sockets.
/// </summary>
internal sealed class EdgeFleet : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(800);

    private const string Script = """
        create table "Item" ("id" int primary key, "v" int not null);
        insert into "Item" select n, 0 from generate_series(1, 8) n;
        """;

    private const string Schema = """
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }

        model Item {
          id Int @id
          v  Int
        }
        """;

    private static readonly string Upload = Convert.ToBase64String(Encoding.UTF8.GetBytes(Schema));

    private readonly FakeInstances instances;
    private readonly ControlOptions options;
    private readonly SecretBox box;
    private readonly List<EdgeUnderTest> edges = [];
    private readonly X509Certificate2? certificate;
    private WebApplication origin;
    private int forwarded;

    private EdgeFleet(FakeInstances instances, ControlOptions options, SecretBox box, X509Certificate2? certificate)
    {
        this.certificate = certificate;
        this.instances = instances;
        this.options = options;
        this.box = box;
        origin = Build();
    }

    public CreatedDatabase Shop { get; private set; } = null!;

    public IReadOnlyList<EdgeUnderTest> Edges => edges;

    public DatabaseRegistry Databases => Service<DatabaseRegistry>();

    public ConnectionRegistry Connections => Service<ConnectionRegistry>();

    public EdgeRegistry Registry => Service<EdgeRegistry>();

    public EdgeLeases Leases => Service<EdgeLeases>();

    /// <summary>A client of the origin's own front door.</summary>
    public EdgeClient Direct { get; private set; } = null!;

    /// <summary>The port of the door for edges.</summary>
    public int DoorPort { get; private set; }

    /// <summary>Queries that edges have passed on.</summary>
    public int Forwarded => Volatile.Read(ref forwarded);

    public static string SchemaHash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Upload)));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public T Service<T>()
        where T : notnull => origin.Services.GetRequiredService<T>();

    public static async Task<EdgeFleet> StartAsync(
        int edges,
        Action<OriginOptions>? configure = null,
        string? disk = null,
        X509Certificate2? certificate = null
    )
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        TestDatabase store = await server.CreateDatabaseAsync(Cancelled);
        var options = new ControlOptions
        {
            StoreConnectionString = store.ConnectionString + ";Pooling=true",
            KeyPepper = RandomNumberGenerator.GetBytes(32),
            AdminToken = ControlUnderTest.AdminToken,
            PublicOrigin = new Uri("http://localhost:4466"),
            EdgeLease = Lease,
            EdgePoll = Lease / 4,
        };
        var box = new SecretBox(new Dictionary<uint, byte[]> { [1] = RandomNumberGenerator.GetBytes(SecretBox.KeyBytes) });
        var fleet = new EdgeFleet(new FakeInstances(server), options, box, certificate);
        await fleet.StartOriginAsync();
        fleet.Shop = await fleet.Databases.CreateAsync("shop", null, Script, Cancelled);
        (await fleet.Direct.SendAsync(HttpMethod.Put, "schema", Upload)).Succeeded();
        for (var i = 0; i < edges; i++)
        {
            AddedEdge added = await fleet.Registry.AddAsync($"edge-{i}", Cancelled);
            fleet.edges.Add(await EdgeUnderTest.StartAsync(fleet, added, $"R{i}", configure, disk));
        }
        return fleet;
    }

    /// <summary>The origin's process ends and another one takes its place: the same store and instances, nothing in memory.</summary>
    public async Task RestartOriginAsync()
    {
        await origin.StopAsync(Cancelled);
        await origin.DisposeAsync();
        origin = Build();
        await StartOriginAsync();
        foreach (EdgeUnderTest edge in edges)
        {
            edge.Wire.Cut();
            edge.Wire.Target = DoorPort;
            edge.Wire.Mend();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EdgeUnderTest edge in edges)
        {
            await edge.DisposeAsync();
        }
        Direct.Dispose();
        await origin.DisposeAsync();
        instances.Dispose();
    }

    private WebApplication Build()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseDormouseHits());
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    if (certificate is not null)
                    {
                        listen.UseHttps(certificate);
                    }
                    listen.UseDormouseEdgeDoor();
                }
            );
        });
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton<IInstanceAdmin>(instances).AddSingleton<IInstanceHost>(instances);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(box);
        builder.Services.AddDormouseControl(options);
        builder.Services.AddDormouseEdge(new EdgeOptions { Region = "ORIGIN" });
        WebApplication app = builder.Build();
        app.UseDormouseEdges();
        app.Use(
            (context, next) =>
            {
                if (context.Features.Get<EdgeIdentity>() is not null && !context.Request.Path.StartsWithSegments("/edge"))
                {
                    Interlocked.Increment(ref forwarded);
                }
                return next(context);
            }
        );
        app.MapDormouseEdge();
        app.Services.GetRequiredService<FollowEndpoints>().Map(app);
        return app;
    }

    private async Task StartOriginAsync()
    {
        await origin.StartAsync(Cancelled);
        Uri[] addresses = [.. origin.Urls.Select(url => new Uri(url))];
        DoorPort = addresses[1].Port;
        Direct?.Dispose();
        Direct = new EdgeClient(addresses[0], () => Shop.First.ApiKey);
    }
}
