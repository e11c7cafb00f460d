using System.Collections.Concurrent;
using Dormouse.Contracts;

namespace Dormouse.Control.Attached;

/// <summary>
/// All attached servers in memory, as many as there are attached databases at most: read at the start, kept up by whoever attaches,
/// replaces and detaches. Thread-safe.
/// </summary>
internal sealed class AttachedServers(AttachedStore store) : IAttachedServers
{
    private readonly ConcurrentDictionary<DatabaseId, Entry> servers = new();

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach ((DatabaseId id, AttachedRow row) in await store.ListAsync(cancellationToken))
        {
            Set(id, row);
        }
    }

    public AttachedEndpoint? Find(DatabaseId id) => Describe(id)?.Endpoint;

    public AttachedServer? Describe(DatabaseId id) => servers.TryGetValue(id, out Entry? entry) ? entry.Server : null;

    /// <summary>Takes the place of what was there; connections to that are closed as they come back.</summary>
    public AttachedServer Set(DatabaseId id, AttachedRow row)
    {
        var ended = new CancellationTokenSource();
        var endpoint = new AttachedEndpoint(id, row.Url, row.RootCertificates, row.ConnectionsMax, ended.Token);
        var entry = new Entry(new AttachedServer(endpoint, row.ServerVersion, row.AttachedAt), ended);
        Entry? old = null;
        servers.AddOrUpdate(
            id,
            entry,
            (_, present) =>
            {
                old = present;
                return entry;
            }
        );
        old?.Ended.Cancel();
        return entry.Server;
    }

    public void Forget(DatabaseId id)
    {
        if (servers.TryRemove(id, out Entry? entry))
        {
            entry.Ended.Cancel();
        }
    }

    private sealed record Entry(AttachedServer Server, CancellationTokenSource Ended);
}
