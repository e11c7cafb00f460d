namespace Dormouse.Edge.Caching;

/// <summary>A query without its values: which, and as what it is shown.</summary>
/// <param name="Id">A digest of the plan or of the document's form.</param>
/// <param name="Name">Such as <c>findMany User</c>; no values of anybody's data.</param>
internal readonly record struct QueryShape(ulong Id, string Name);

/// <summary>
/// What one query shape did since it was last drained. Written by all requests at once, so each write is one interlocked addition.
/// </summary>
internal sealed class ShapeCounters
{
    private long hits;
    private long stale;
    private long misses;
    private long shared;
    private long failures;
    private long uncached;
    private long servedBytes;
    private long savedTicks;

    /// <summary>An answer from the cache.</summary>
    public void Served(CachedAnswer answer, bool fresh)
    {
        Interlocked.Increment(ref fresh ? ref hits : ref stale);
        Interlocked.Add(ref servedBytes, answer.Json.Length);
        Interlocked.Add(ref savedTicks, answer.OriginTime.Ticks);
    }

    /// <summary>A query that the database was asked.</summary>
    public void Missed() => Interlocked.Increment(ref misses);

    /// <summary>A request that got the answer to somebody else's query.</summary>
    public void Shared(CachedAnswer answer)
    {
        Interlocked.Increment(ref shared);
        Interlocked.Add(ref savedTicks, answer.OriginTime.Ticks);
    }

    /// <summary>A query for the cache, refreshes included, that failed.</summary>
    public void Failed() => Interlocked.Increment(ref failures);

    /// <summary>A request that asked for the cache with what must not be cached.</summary>
    public void Uncached() => Interlocked.Increment(ref uncached);

    public CacheCounts Drain() =>
        new(
            Interlocked.Exchange(ref hits, 0),
            Interlocked.Exchange(ref stale, 0),
            Interlocked.Exchange(ref misses, 0),
            Interlocked.Exchange(ref shared, 0),
            Interlocked.Exchange(ref failures, 0),
            Interlocked.Exchange(ref uncached, 0),
            Interlocked.Exchange(ref servedBytes, 0),
            Interlocked.Exchange(ref savedTicks, 0)
        );
}

/// <summary>Sums of what requests did with the cache.</summary>
internal readonly record struct CacheCounts(
    long Hits,
    long Stale,
    long Misses,
    long Shared,
    long Failures,
    long Uncached,
    long ServedBytes,
    long SavedTicks
)
{
    public bool IsZero => this == default;

    public static CacheCounts operator +(CacheCounts one, CacheCounts other) =>
        new(
            one.Hits + other.Hits,
            one.Stale + other.Stale,
            one.Misses + other.Misses,
            one.Shared + other.Shared,
            one.Failures + other.Failures,
            one.Uncached + other.Uncached,
            one.ServedBytes + other.ServedBytes,
            one.SavedTicks + other.SavedTicks
        );
}
