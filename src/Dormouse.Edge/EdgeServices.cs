using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;
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
        services.AddFrontDoor(options);
        services.AddSingleton(new OperationCache(options.Engine.PlanCacheEntries, options.Engine.PlanCacheBytes));
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<SchemaEngines>();
        services.AddSingleton(host => new ServerPools(options.Engine, host.GetRequiredService<TimeProvider>()));
        services.AddSingleton(host =>
            ActivatorUtilities.CreateInstance<ServerAccess>(host, ActivatorUtilities.CreateInstance<MeasuredWakes>(host))
        );
        services.AddSingleton<TransactionTable>();
        services.AddSingleton<RequestSessions>();
        services.AddSingleton<EdgeGauges>();
        services.AddSingleton<QueryEndpoint>();
        services.AddSingleton<TransactionEndpoints>();
        services.AddSingleton<SchemaEndpoint>();
        services.AddSingleton<OperationEndpoint>();
        services.AddSingleton<OperationTransactionEndpoints>();
        services.AddHostedService<EdgeShutdown>();
        return services;
    }

    public static IEndpointRouteBuilder MapDormouseEdge(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var query = endpoints.ServiceProvider.GetRequiredService<QueryEndpoint>();
        var transactions = endpoints.ServiceProvider.GetRequiredService<TransactionEndpoints>();
        var small = endpoints.ServiceProvider.GetRequiredService<SmallEndpoints>();
        endpoints.MapTraced("POST", "/query", ProtocolTag.B, query.HandleAsync);
        endpoints.MapTraced("POST", "/transaction/start", ProtocolTag.B, transactions.StartAsync);
        endpoints.MapTraced("POST", "/transaction/{id}/query", ProtocolTag.B, transactions.QueryAsync);
        endpoints.MapTraced("POST", "/transaction/{id}/commit", ProtocolTag.B, transactions.CommitAsync);
        endpoints.MapTraced("POST", "/transaction/{id}/rollback", ProtocolTag.B, transactions.RollbackAsync);
        endpoints.MapTraced("GET", "/connection-info", ProtocolTag.Other, small.ConnectionInfoAsync);
        endpoints.MapTraced("POST", "/invalidate", ProtocolTag.Other, small.InvalidateAsync);
        MapOperations(endpoints);
        endpoints.MapHealth();
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
        endpoints.MapTraced("PUT", "/{version}/{hash}/schema", ProtocolTag.A, schemas.UploadAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/graphql", ProtocolTag.A, operations.QueryAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/transaction/start", ProtocolTag.A, transactions.StartAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/itx/{id}/graphql", ProtocolTag.A, operations.QueryInTransactionAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/itx/{id}/commit", ProtocolTag.A, transactions.CommitAsync);
        endpoints.MapTraced("POST", "/{version}/{hash}/itx/{id}/rollback", ProtocolTag.A, transactions.RollbackAsync);
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
        FrontDoorCertificate? certificate = null,
        DiskUpkeep? disk = null
    ) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            certificate?.Start();
            disk?.Start();
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
            await (disk?.StopAsync() ?? Task.CompletedTask);
        }
    }
}
