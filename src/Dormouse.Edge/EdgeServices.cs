using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Schemas;
using Dormouse.Edge.Tls;
using Dormouse.Edge.Tracing;
using Dormouse.Edge.Transactions;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Edge;

/// <summary>
/// Puts the edge into a host. The host brings <see cref="IKeyDirectory"/>, <see cref="ISchemaStore"/> and <see cref="IInstanceHost"/>,
/// in this process or over HTTP, and Kestrel.
/// </summary>
public static class EdgeServices
{
    /// <exception cref="ArgumentException">Settings are wrong; the message names all of them.</exception>
    public static IServiceCollection AddDormouseEdge(this IServiceCollection services, EdgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
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
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton(queryLimits);
        services.AddSingleton(new BufferBudget(options.Limits.MaxBufferedBytes));
        services.AddSingleton<TrustedProxies>();
        services.AddSingleton<AddressLimits>();
        services.AddSingleton<Admission>();
        services.AddSingleton(new PlanCache(options.Engine, queryLimits));
        services.AddSingleton<PlanInterpreter>();
        services.AddSingleton<QueryRunner>();
        services.AddSingleton(new OperationCache(options.Engine.PlanCacheEntries, options.Engine.PlanCacheBytes));
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<SchemaEngines>();
        services.AddSingleton(host => new ServerPools(options.Engine, host.GetRequiredService<TimeProvider>()));
        services.AddSingleton(host =>
            ActivatorUtilities.CreateInstance<ServerAccess>(host, ActivatorUtilities.CreateInstance<MeasuredWakes>(host))
        );
        services.AddSingleton<TransactionTable>();
        services.AddSingleton<StopSignal>();
        services.AddSingleton<RequestSessions>();
        services.AddSingleton<Authenticator>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<PublicOrigin>();
        services.AddSingleton<DateHeader>();
        services.AddSingleton(host => new AnswerCache(options.Cache, host.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CacheLedger>();
        services.AddSingleton<CacheFills>();
        services.AddSingleton<CacheStep>();
        services.AddSingleton<CacheUpkeep>();
        services.AddSingleton<ICacheAdmin, CacheAdmin>();
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<EdgeGauges>();
        services.AddSingleton<EdgeTraces>();
        services.AddSingleton<Answers>();
        services.AddSingleton<QueryEndpoint>();
        services.AddSingleton<TransactionEndpoints>();
        services.AddSingleton<SchemaEndpoint>();
        services.AddSingleton<OperationEndpoint>();
        services.AddSingleton<OperationTransactionEndpoints>();
        services.AddSingleton<SmallEndpoints>();
        services.AddSingleton<HealthEndpoints>();
        if (options.Tls is { } tls)
        {
            services.AddSingleton(host => ActivatorUtilities.CreateInstance<FrontDoorCertificate>(host, tls));
        }
        services.AddHostedService<EdgeShutdown>();
        services.Configure<KestrelServerOptions>(kestrel => Limit(kestrel, options.Limits, options.Connections));
        return services;
    }

    public static IEndpointRouteBuilder MapDormouseEdge(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var query = endpoints.ServiceProvider.GetRequiredService<QueryEndpoint>();
        var transactions = endpoints.ServiceProvider.GetRequiredService<TransactionEndpoints>();
        var small = endpoints.ServiceProvider.GetRequiredService<SmallEndpoints>();
        Map(endpoints, "POST", "/query", ProtocolTag.B, query.HandleAsync);
        Map(endpoints, "POST", "/transaction/start", ProtocolTag.B, transactions.StartAsync);
        Map(endpoints, "POST", "/transaction/{id}/query", ProtocolTag.B, transactions.QueryAsync);
        Map(endpoints, "POST", "/transaction/{id}/commit", ProtocolTag.B, transactions.CommitAsync);
        Map(endpoints, "POST", "/transaction/{id}/rollback", ProtocolTag.B, transactions.RollbackAsync);
        Map(endpoints, "GET", "/connection-info", ProtocolTag.Other, small.ConnectionInfoAsync);
        Map(endpoints, "POST", "/invalidate", ProtocolTag.Other, small.InvalidateAsync);
        MapOperations(endpoints);
        MapHealth(endpoints);
        // Nobody asks it for anything; it is there from now on.
        _ = endpoints.ServiceProvider.GetRequiredService<EdgeGauges>();
        return endpoints;
    }

    // What clients 5 and 6 ask for. Their versions and hashes never collide with the paths of client 7.
    private static void MapOperations(IEndpointRouteBuilder endpoints)
    {
        var schemas = endpoints.ServiceProvider.GetRequiredService<SchemaEndpoint>();
        var operations = endpoints.ServiceProvider.GetRequiredService<OperationEndpoint>();
        var transactions = endpoints.ServiceProvider.GetRequiredService<OperationTransactionEndpoints>();
        Map(endpoints, "PUT", "/{version}/{hash}/schema", ProtocolTag.A, schemas.UploadAsync);
        Map(endpoints, "POST", "/{version}/{hash}/graphql", ProtocolTag.A, operations.QueryAsync);
        Map(endpoints, "POST", "/{version}/{hash}/transaction/start", ProtocolTag.A, transactions.StartAsync);
        Map(endpoints, "POST", "/{version}/{hash}/itx/{id}/graphql", ProtocolTag.A, operations.QueryInTransactionAsync);
        Map(endpoints, "POST", "/{version}/{hash}/itx/{id}/commit", ProtocolTag.A, transactions.CommitAsync);
        Map(endpoints, "POST", "/{version}/{hash}/itx/{id}/rollback", ProtocolTag.A, transactions.RollbackAsync);
    }

    private static void Map(IEndpointRouteBuilder endpoints, string method, string route, string protocol, RequestDelegate handle)
    {
        var traces = endpoints.ServiceProvider.GetRequiredService<EdgeTraces>();
        endpoints.MapMethods(route, [method], traces.Over(method, route, protocol, handle));
    }

    private static void MapHealth(IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.ServiceProvider.GetRequiredService<HealthEndpoints>();
        endpoints.MapGet("/health", (RequestDelegate)health.HealthAsync);
        endpoints.MapGet("/ready", (RequestDelegate)health.ReadyAsync);
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

    /// <summary>
    /// Stops after the server has stopped taking requests (hosted services stop in reverse order): first what runs in the background,
    /// then the transactions, then the pools under them.
    /// </summary>
    private sealed class EdgeShutdown(
        TransactionTable transactions,
        CacheFills fills,
        CacheUpkeep upkeep,
        ServerPools pools,
        SchemaEngines schemas,
        FrontDoorCertificate? certificate = null
    ) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            certificate?.Start();
            upkeep.Start();
            return Task.CompletedTask;
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await (certificate?.StopAsync() ?? Task.CompletedTask);
            await upkeep.StopAsync();
            await fills.StopAsync();
            await transactions.StopAsync();
            await pools.DisposeAsync();
            await schemas.DisposeAsync();
        }
    }
}
