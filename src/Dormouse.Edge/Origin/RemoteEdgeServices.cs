using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;
using Dormouse.Edge.Http;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Tls;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Edge.Origin;

/// <summary>Puts an edge of its own into a host: a front door whose origin is another process, far away perhaps.</summary>
public static class RemoteEdgeServices
{
    /// <exception cref="ArgumentException">Settings are wrong; the message names all of them.</exception>
    public static IServiceCollection AddDormouseRemoteEdge(this IServiceCollection services, EdgeOptions options, OriginOptions origin)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(origin);
        origin.Validate();
        if (options.Cache.Disk is { } disk)
        {
            // Invalidations are kept for an edge as long as its token is valid; another token is another edge, which may have missed some.
            disk.Owner = "edge " + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin.Token)));
        }
        services.AddFrontDoor(options);
        services.AddSingleton(origin);
        services.AddSingleton<OriginClient>();
        services.AddSingleton<EdgeLease>();
        services.AddSingleton<GrantedKeys>();
        services.AddSingleton<IKeyDirectory>(host => host.GetRequiredService<GrantedKeys>());
        services.AddSingleton<LogFollower>();
        services.AddSingleton<OriginRequests>();
        services.AddSingleton<OriginCalls>();
        services.AddSingleton<ForwardingEndpoint>();
        services.AddSingleton<OriginGauges>();
        services.AddHostedService<RemoteEdgeShutdown>();
        return services;
    }

    /// <summary>The paths of <see cref="EdgeServices.MapDormouseEdge"/>.</summary>
    public static IEndpointRouteBuilder MapDormouseRemoteEdge(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var forwarding = endpoints.ServiceProvider.GetRequiredService<ForwardingEndpoint>();
        var small = endpoints.ServiceProvider.GetRequiredService<SmallEndpoints>();
        endpoints.MapTraced("POST", "/query", ProtocolTag.B, forwarding.PlanAsync);
        endpoints.MapTraced("POST", "/transaction/start", ProtocolTag.B, forwarding.PassPlanAsync);
        endpoints.MapTraced("POST", "/transaction/{id}/query", ProtocolTag.B, forwarding.PassPlanAsync);
        endpoints.MapTraced("POST", "/transaction/{id}/commit", ProtocolTag.B, forwarding.PassPlanAsync);
        endpoints.MapTraced("POST", "/transaction/{id}/rollback", ProtocolTag.B, forwarding.PassPlanAsync);
        endpoints.MapTraced("GET", "/connection-info", ProtocolTag.Other, small.ConnectionInfoAsync);
        endpoints.MapTraced("POST", "/invalidate", ProtocolTag.Other, forwarding.PassOtherAsync);
        endpoints.MapTraced("PUT", "/{version}/{hash}/schema", ProtocolTag.A, forwarding.PassOperationAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/graphql", ProtocolTag.A, forwarding.OperationAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/transaction/start", ProtocolTag.A, forwarding.PassOperationAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/itx/{id}/graphql", ProtocolTag.A, forwarding.PassOperationAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/itx/{id}/commit", ProtocolTag.A, forwarding.PassOperationAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/itx/{id}/rollback", ProtocolTag.A, forwarding.PassOperationAsync);
        endpoints.MapHealth();
        _ = endpoints.ServiceProvider.GetRequiredService<OriginGauges>();
        return endpoints;
    }

    /// <summary>How the edge in this host stands to its origin.</summary>
    public static EdgeProcessStatus RemoteEdgeStatus(this IServiceProvider services) =>
        new(
            services.GetRequiredService<OriginOptions>().Address.GetLeftPart(UriPartial.Authority),
            services.GetRequiredService<EdgeLease>().IsHeld,
            services.GetRequiredService<LogFollower>().Applied
        );

    /// <summary>Stops after the server has stopped taking requests.</summary>
    private sealed class RemoteEdgeShutdown(
        LogFollower follower,
        CacheFills fills,
        CacheUpkeep upkeep,
        FrontDoorCertificate? certificate = null,
        DiskUpkeep? disk = null
    ) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            certificate?.Start();
            // Before the log is followed, which goes on from where the disk has ended.
            disk?.Start();
            upkeep.Start();
            follower.Start();
            return Task.CompletedTask;
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await (certificate?.StopAsync() ?? Task.CompletedTask);
            await upkeep.StopAsync();
            await fills.StopAsync();
            await follower.StopAsync();
            await (disk?.StopAsync() ?? Task.CompletedTask);
        }
    }
}
