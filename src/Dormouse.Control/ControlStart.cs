using Dormouse.Contracts;
using Dormouse.Control.Attached;
using Dormouse.Control.Connections;
using Dormouse.Control.Databases;
using Dormouse.Control.Edges;
using Dormouse.Control.Store;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control;

/// <summary>
/// Control's part of the platform's start, before the front door opens: the system instance, the store's schema, the pepper, and what an
/// earlier run left unfinished.
/// </summary>
internal sealed class ControlStart(
    ControlOptions options,
    IInstanceAdmin instances,
    Migrator migrator,
    SettingsStore settings,
    AttachedServers attached,
    EdgeRegistry edges,
    DatabaseRegistry databases
) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.StoreConnectionString is null)
        {
            await instances.CreateAsync(DatabaseId.System, ClassRange.Smallest, cancellationToken);
        }
        await migrator.MigrateAsync(cancellationToken);
        await settings.CheckPepperAsync(KeyHash.FingerprintOf(options.KeyPepper), cancellationToken);
        await attached.LoadAsync(cancellationToken);
        await edges.LoadAsync(cancellationToken);
        await databases.RecoverAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
