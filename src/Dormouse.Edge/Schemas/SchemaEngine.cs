using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Query.Operations;

namespace Dormouse.Edge.Schemas;

/// <summary>
/// The query engine of one schema in memory, and the databases known to have uploaded it. It knows nothing of any tenant but the text,
/// so that databases with the same text share it; which of them may use it is decided by <see cref="TryUse"/>.
/// </summary>
internal sealed class SchemaEngine(SchemaHash hash, QueryEngine engine, long bytes)
{
    /// <summary>When the store last heard of each database's use.</summary>
    private readonly ConcurrentDictionary<DatabaseId, long> holders = new();

    public SchemaHash Hash { get; } = hash;

    public QueryEngine Engine { get; } = engine;

    /// <summary>Estimated memory.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Orders evictions; written without a lock, since a lost update costs nothing.</summary>
    public long UsedAt { get; set; }

    public void AddHolder(DatabaseId database, long now) => holders[database] = now;

    /// <summary>Whether this database uploaded the schema, and when the store last heard that it uses it.</summary>
    public bool TryUse(DatabaseId database, out long touchedAt) => holders.TryGetValue(database, out touchedAt);

    /// <summary>Takes the turn of telling the store; only one of several callers gets it.</summary>
    public bool TryTakeTouch(DatabaseId database, long touchedAt, long now) => holders.TryUpdate(database, now, touchedAt);
}
