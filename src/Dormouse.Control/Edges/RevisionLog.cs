using Dormouse.Contracts;
using Npgsql;

namespace Dormouse.Control.Edges;

/// <summary>
/// The one ordered log of what edges must know. Entries are appended in the transaction of the change itself, and told to edges once it
/// was committed. One process writes it: the platform has its data folder for itself.
/// </summary>
internal sealed class RevisionLog(LogStore entries, EdgeLeases leases) : IInvalidationLog
{
    private int doubts;

    /// <inheritdoc cref="LogStore.AppendAsync(NpgsqlConnection, LogEntry, CancellationToken)"/>
    public Task<long> AppendAsync(NpgsqlConnection connection, LogEntry entry, CancellationToken cancellationToken) =>
        entries.AppendAsync(connection, entry, cancellationToken);

    /// <summary>Runs a change that appends. Where it fails, it may have been committed all the same.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> change)
    {
        try
        {
            return await change();
        }
        catch
        {
            Doubt();
            throw;
        }
    }

    /// <summary>As <see cref="GuardAsync"/>, for changes that nobody has to wait for: they make more known, and nothing void.</summary>
    public async Task<T> RecordAsync<T>(Func<Task<(T Result, long Revision)>> change)
    {
        (T result, long revision) = await GuardAsync(change);
        leases.Publish(revision);
        return result;
    }

    /// <summary>The head may be beyond what is known here: the next edge that asks has the store looked at, before it gets a lease.</summary>
    public void Doubt() => Interlocked.Increment(ref doubts);

    /// <summary>Tells edges of a revision that was committed, and waits until none serves what it made void. 0: there is none.</summary>
    public async Task SettleAsync(long revision, CancellationToken cancellationToken)
    {
        if (revision > 0)
        {
            leases.Publish(revision);
            await leases.SettledAsync(revision, cancellationToken);
        }
    }

    public async ValueTask InvalidatedAsync(DatabaseId database, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken)
    {
        // An edge that is added later begins with an empty cache. What is written for nobody would cost each invalidation a commit.
        if (!leases.HasEdges)
        {
            return;
        }
        long revision = await GuardAsync(() =>
            entries.AppendAsync(new LogEntry(LogKinds.Invalidated, database, null, tags), cancellationToken)
        );
        await SettleAsync(revision, cancellationToken);
    }

    /// <summary>Looks at the store if what is known here is in doubt.</summary>
    public async Task ResolveAsync(CancellationToken cancellationToken)
    {
        int before = Volatile.Read(ref doubts);
        if (before != 0)
        {
            leases.Publish(await entries.HeadAsync(cancellationToken));
            // Doubts that came meanwhile stay.
            Interlocked.Add(ref doubts, -before);
        }
    }
}
