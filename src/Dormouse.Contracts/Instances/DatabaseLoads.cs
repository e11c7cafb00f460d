using System.Collections.Concurrent;

namespace Dormouse.Contracts;

/// <summary>
/// What the front door and the host of the instances tell each other of each database's load. An entry of about 100 bytes stays for the life of the
/// process; only authenticated callers make one. Thread-safe.
/// </summary>
public sealed class DatabaseLoads
{
    private readonly ConcurrentDictionary<DatabaseId, DatabaseLoad> loads = new();

    /// <summary>What the front door has done for all of them, in the units of <see cref="DatabaseLoad.Work"/>.</summary>
    public long Work => loads.Sum(static load => load.Value.Work);

    public DatabaseLoad Of(DatabaseId database) => loads.GetOrAdd(database, static _ => new DatabaseLoad());
}

/// <summary>How much the front door works for one database, and how much of that at a time. Thread-safe.</summary>
public sealed class DatabaseLoad
{
    /// <summary>What a query costs beside an answer from memory, roughly.</summary>
    public const int QueryWork = 10;

    private long work;
    private volatile int turnsMax;

    /// <summary>Of the front door so far, in answers from memory.</summary>
    public long Work => Volatile.Read(ref work);

    /// <summary>How many of its queries the front door works on at a time; zero: as many as come. The host says so.</summary>
    public int TurnsMax
    {
        get => turnsMax;
        set => turnsMax = value;
    }

    public void CountQuery() => Interlocked.Add(ref work, QueryWork);

    public void CountHit() => Interlocked.Increment(ref work);
}
