using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Hits;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Sockets;
using Dormouse.Edge.Tls;
using Dormouse.Edge.Tracing;
using Dormouse.Query.Plans;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dormouse.Edge;

/// <summary>What each front door has, whether its origin is in this process or not: limits, authentication, the cache, answers.</summary>
internal static class FrontDoorServices
{
    public static void AddFrontDoor(this IServiceCollection services, EdgeOptions options)
    {
        options.Validate();
        // Twice the edge's own bounds: those are met first, and they have an answer of their own (P6009).
        var queryLimits = new QueryLimits
        {
            MaxDocumentDepth = options.Engine.MaxQueryDepth,
            MaxDocumentNodes = options.Engine.MaxQueryParts,
            MaxErrorBytes = options.Engine.MaxErrorBytes,
            MaxRows = options.Engine.MaxRows,
            MaxResultBytes = (int)Math.Min(2L * options.Limits.MaxAnswerBytes, int.MaxValue),
            MaxAnswerBytes = (int)Math.Min(2L * options.Limits.MaxAnswerBytes, int.MaxValue),
        };
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IInvalidationLog, NoInvalidationLog>();
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton(queryLimits);
        services.AddSingleton(new BufferBudget(options.Limits.MaxBufferedBytes));
        services.AddSingleton<TrustedProxies>();
        services.AddSingleton<AddressLimits>();
        services.TryAddSingleton<DatabaseLoads>();
        services.AddSingleton<Admission>();
        services.AddSingleton<RequestTurns>();
        services.AddSingleton<RefusalPause>();
        services.AddSingleton<StopSignal>();
        services.AddSingleton(new PlanCache(options.Engine, queryLimits));
        services.AddSingleton<PlanInterpreter>();
        services.AddSingleton<QueryRunner>();
        services.AddSingleton<Authenticator>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<PublicOrigin>();
        services.AddSingleton<DateHeader>();
        services.AddSingleton(new RequestIds(options.Region));
        if (options.Cache is { IsOn: true, Disk: { } disk })
        {
            services.AddSingleton(disk);
            services.AddSingleton<DiskMetrics>();
            services.AddSingleton<DiskCache>();
            services.AddSingleton<DiskUpkeep>();
            services.AddSingleton<CacheRecalls>();
        }
        services.AddSingleton(host => new AnswerCache(
            options.Cache,
            host.GetRequiredService<TimeProvider>(),
            host.GetService<DiskCache>()
        ));
        services.AddSingleton<CacheLedger>();
        services.AddSingleton<CacheFills>();
        services.AddSingleton<CacheStep>();
        services.AddSingleton<CacheUpkeep>();
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<CacheGauges>();
        services.AddSingleton<ICacheAdmin, CacheAdmin>();
        services.AddSingleton<EdgeTraces>();
        services.AddSingleton<Answers>();
        services.AddSingleton<HitAnswers>();
        // Kestrel asks the last that can listen at an address: those of other kinds stay with .NET's sockets.
        services.AddSingleton<IConnectionListenerFactory, LoopTransport>();
        services.AddSingleton<SmallEndpoints>();
        services.AddSingleton<HealthEndpoints>();
        if (options.Tls is { } tls)
        {
            services.AddSingleton(host => ActivatorUtilities.CreateInstance<FrontDoorCertificate>(host, tls));
        }
        services.Configure<KestrelServerOptions>(kestrel => Limit(kestrel, options.Limits, options.Connections));
    }

    public static void MapTraced(this IEndpointRouteBuilder endpoints, string method, string route, string protocol, RequestDelegate handle)
    {
        var traces = endpoints.ServiceProvider.GetRequiredService<EdgeTraces>();
        endpoints.MapMethods(route, [method], traces.Over(method, route, protocol, handle));
    }

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.ServiceProvider.GetRequiredService<HealthEndpoints>();
        endpoints.MapGet("/health", (RequestDelegate)health.HealthAsync);
        endpoints.MapGet("/ready", (RequestDelegate)health.ReadyAsync);
        // Nobody asks it for anything; it is there from now on.
        _ = endpoints.ServiceProvider.GetRequiredService<CacheGauges>();
    }

    // The server is shared by all roles of the process; these are the bounds that a door to the internet needs.
    private static void Limit(KestrelServerOptions kestrel, RequestLimitOptions limits, ConnectionLimitOptions connections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = connections.MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = connections.MaxHeaders;
        kestrel.Limits.MaxConcurrentConnections = connections.MaxConnections;
        kestrel.Limits.KeepAliveTimeout = connections.KeepAlive;
        kestrel.Limits.RequestHeadersTimeout = connections.HeadersTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(connections.MinBytesPerSecond, connections.DataRateGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(connections.MinBytesPerSecond, connections.DataRateGrace);
        // What has arrived and not been read yet, per socket: the server stops reading above it.
        kestrel.Limits.MaxRequestBufferSize = Math.Max(64 * 1024, connections.MaxHeaderBytes);
    }
}
