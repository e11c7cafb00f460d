using Dormouse.Contracts;
using Dormouse.Control.Attached;
using Dormouse.Control.Backups;
using Dormouse.Control.Caching;
using Dormouse.Control.Connections;
using Dormouse.Control.Databases;
using Dormouse.Control.Edges;
using Dormouse.Control.Management;
using Dormouse.Control.Metrics;
using Dormouse.Control.Schemas;
using Dormouse.Control.Store;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dormouse.Control;

/// <summary>Puts control's parts together. The host of instances and a <see cref="PlatformControl"/> come from elsewhere.</summary>
public static class ControlServices
{
    public static IServiceCollection AddDormouseControl(this IServiceCollection services, ControlOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(provider => new ControlStore(options, provider.GetRequiredService<IInstanceHost>()));
        services.AddSingleton<StoreProbe>();
        services.AddSingleton<SettingsStore>();
        services.AddSingleton<Migrator>();
        services.AddSingleton<LogStore>();
        services.AddSingleton<EdgeLeases>();
        services.AddSingleton<RevisionLog>();
        services.AddSingleton<IInvalidationLog>(provider => provider.GetRequiredService<RevisionLog>());
        services.AddSingleton<EdgeStore>();
        services.AddSingleton<EdgeRegistry>();
        services.AddSingleton<IEdgeDirectory>(provider => provider.GetRequiredService<EdgeRegistry>());
        services.AddSingleton<EdgeEndpoints>();
        services.AddSingleton<FollowEndpoints>();
        services.AddSingleton<ConnectionStore>();
        services.AddSingleton<DatabaseStore>();
        services.AddSingleton<ISchemaStore, SchemaStore>();
        services.AddSingleton<AttachedStore>();
        services.AddSingleton<AttachedServers>();
        services.AddSingleton<IAttachedServers>(provider => provider.GetRequiredService<AttachedServers>());
        services.AddSingleton<Attachment>();
        services.AddSingleton<TenantSessions>();
        services.AddSingleton<KeyDirectory>();
        services.AddSingleton<IKeyDirectory>(provider => provider.GetRequiredService<KeyDirectory>());
        services.AddSingleton(provider => new ConnectionRegistry(
            options,
            provider.GetRequiredService<ConnectionStore>(),
            provider.GetRequiredService<KeyDirectory>(),
            provider.GetRequiredService<RevisionLog>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => new DatabaseRegistry(
            options,
            provider.GetRequiredService<DatabaseStore>(),
            provider.GetRequiredService<KeyDirectory>(),
            provider.GetRequiredService<IInstanceAdmin>(),
            provider.GetRequiredService<AttachedServers>(),
            provider.GetRequiredService<ScriptRunner>(),
            provider.GetRequiredService<ILogger<DatabaseRegistry>>()
        ));
        services.AddSingleton(provider => new ScriptRunner(options, provider.GetRequiredService<TenantSessions>()));
        services.AddSingleton(provider => new SchemaPush(options, provider.GetRequiredService<TenantSessions>()));
        services.AddSingleton(provider => new SampleMarks(provider.GetRequiredService<SettingsStore>()));
        services.AddSingleton<PlatformEndpoints>();
        services.AddSingleton<DatabaseEndpoints>();
        services.AddSingleton<AttachedEndpoints>();
        services.AddSingleton<RestoredDatabases>();
        services.AddSingleton<BackupEndpoints>();
        services.AddSingleton<DumpEndpoints>();
        services.AddSingleton<ExtensionEndpoints>();
        services.AddSingleton<UpgradeEndpoints>();
        services.AddSingleton<ConnectionEndpoints>();
        services.AddSingleton<CacheEndpoints>();
        services.AddManagement(options.Management);
        services.AddSingleton<InstanceGauges>();
        return services.AddSingleton<IHostedService, ControlStart>();
    }

    /// <summary>The management endpoint of an edge of its own. The edge, and a <see cref="PlatformControl"/>, come from elsewhere.</summary>
    public static IServiceCollection AddDormouseEdgeManagement(this IServiceCollection services, ManagementOptions options) =>
        services.AddManagement(options).AddSingleton<EdgeProcessEndpoints>();

    /// <summary>Maps what an edge of its own has under <c>/management</c>, and <c>/metrics</c>.</summary>
    public static void MapDormouseEdgeManagement(this IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<EdgeProcessEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<MetricsEndpoint>().Map(routes);
    }

    private static IServiceCollection AddManagement(this IServiceCollection services, ManagementOptions options)
    {
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<ManagementRequests>();
        services.AddSingleton<MetricsCollector>();
        return services.AddSingleton<MetricsEndpoint>();
    }

    /// <summary>Maps the management endpoint, all under <c>/management</c>, and <c>/metrics</c>.</summary>
    public static void MapDormouseManagement(this IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<PlatformEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<DatabaseEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<AttachedEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<BackupEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<DumpEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<ExtensionEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<UpgradeEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<ConnectionEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<CacheEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<EdgeEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<FollowEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<MetricsEndpoint>().Map(routes);
        // Nobody asks it for anything; it is there from now on.
        _ = routes.ServiceProvider.GetRequiredService<InstanceGauges>();
    }
}
