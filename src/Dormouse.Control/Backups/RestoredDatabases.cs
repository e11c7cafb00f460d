using Dormouse.Contracts;
using Dormouse.Control.Databases;

namespace Dormouse.Control.Backups;

/// <summary>
/// Databases whose content comes from elsewhere. While that is on its way they are noted as being made, and nobody has their key: what is
/// cut short is removed, at once or at the next start.
/// </summary>
internal sealed class RestoredDatabases(DatabaseRegistry databases, DatabaseStore store, IInstanceAdmin instances, ControlOptions options)
{
    /// <summary>It is small, whatever the one was that its content is of.</summary>
    public Task<CreatedDatabase> CreateAsync(
        string? name,
        string? connectionName,
        Func<DatabaseId, Task> fill,
        CancellationToken cancellationToken
    ) =>
        databases.CreateAndFillAsync(
            name,
            connectionName,
            async id =>
            {
                await fill(id);
                await instances.ResizeAsync(id, default(AskedClass).Within(options.MaxClass), null, cancellationToken);
                await store.MarkReadyAsync(id, cancellationToken);
            },
            cancellationToken
        );
}
