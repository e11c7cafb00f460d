using Dormouse.Contracts;
using Dormouse.Control.Databases;

namespace Dormouse.Control.Backups;

/// <summary>
/// Databases whose content comes from elsewhere. While that is on its way they are noted as being made, and nobody has their key: what is
/// cut short is removed, at once or at the next start.
/// </summary>
internal sealed class RestoredDatabases(DatabaseRegistry databases, DatabaseStore store, ControlOptions options)
{
    /// <param name="name">Unique, whatever the case of its letters.</param>
    /// <param name="connectionName">The first connection's name; null: <c>default</c>.</param>
    /// <param name="asked">Its class.</param>
    /// <param name="fill">Makes its instance, of that class.</param>
    /// <param name="cancellationToken">Gives up, and undoes.</param>
    public Task<CreatedDatabase> CreateAsync(
        string? name,
        string? connectionName,
        AskedClass asked,
        Func<DatabaseId, ClassRange, Task> fill,
        CancellationToken cancellationToken
    ) =>
        databases.CreateAndFillAsync(
            name,
            connectionName,
            async id =>
            {
                await fill(id, asked.Within(options.MaxClass));
                await store.MarkReadyAsync(id, cancellationToken);
            },
            cancellationToken,
            asked
        );
}
