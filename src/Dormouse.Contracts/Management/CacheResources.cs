namespace Dormouse.Contracts.Management;

/// <summary>The cached answers of all databases.</summary>
/// <param name="Bytes">The memory that they take, metadata included.</param>
/// <param name="MaxBytes">The most that they may take; 0: the cache is off.</param>
/// <param name="MaxBytesPerDatabase">The most for one database.</param>
/// <param name="Entries">How many there are.</param>
/// <param name="Databases">Those that used the cache since the platform started, with their sums.</param>
public sealed record CacheSummary(
    long Bytes,
    long MaxBytes,
    long MaxBytesPerDatabase,
    int Entries,
    IReadOnlyList<DatabaseCacheResource> Databases
)
{
    /// <summary>What is kept on disk; null: nothing is.</summary>
    public DiskCacheResource? Disk { get; init; }
}

/// <summary>The cached answers on disk.</summary>
/// <param name="IsOn">False once the disk has failed, or is full: until the next start.</param>
/// <param name="Bytes">What their files take.</param>
/// <param name="MaxBytes">The most that they may take.</param>
/// <param name="Entries">How many there are, void ones included until their file goes.</param>
public sealed record DiskCacheResource(bool IsOn, long Bytes, long MaxBytes, int Entries);

/// <summary>A database's part of the cache.</summary>
/// <param name="Id">The database's id.</param>
/// <param name="Bytes">The memory that its answers take.</param>
/// <param name="Entries">How many there are.</param>
/// <param name="Tags">How many tags they have.</param>
/// <param name="Counts">What was done since the platform started.</param>
public sealed record DatabaseCacheResource(string Id, long Bytes, int Entries, int Tags, CacheCountsResource Counts)
{
    /// <summary>The database's name, where control knows it.</summary>
    public string? Name { get; init; }
}

/// <summary>What one database did with the cache, by query shape and over time.</summary>
/// <param name="Database">Its part of the cache, and the sums.</param>
/// <param name="Shapes">By query shape, those that saved most first.</param>
/// <param name="Minutes">The last hour, by minutes in which anything happened, the present one first.</param>
/// <param name="Hours">The last two days, by hours in the same way.</param>
public sealed record CacheStatistics(
    DatabaseCacheResource Database,
    IReadOnlyList<CacheShapeResource> Shapes,
    IReadOnlyList<CachePeriodResource> Minutes,
    IReadOnlyList<CachePeriodResource> Hours
);

/// <summary>A query without its values.</summary>
/// <param name="Id">Tells queries of the same name apart.</param>
/// <param name="Name">Such as <c>findMany User</c>.</param>
/// <param name="Counts">What was done since the platform started.</param>
public sealed record CacheShapeResource(string Id, string Name, CacheCountsResource Counts);

/// <summary>A span of time.</summary>
/// <param name="From">When it began.</param>
/// <param name="Counts">What was done in it.</param>
public sealed record CachePeriodResource(DateTimeOffset From, CacheCountsResource Counts);

/// <summary>Sums over requests that asked for the cache.</summary>
/// <param name="Hits">Answered fresh from the cache.</param>
/// <param name="Stale">Answered stale from the cache.</param>
/// <param name="Misses">Answered by the database.</param>
/// <param name="Shared">Answered by another request's query.</param>
/// <param name="Failures">Queries for the cache that failed, refreshes included.</param>
/// <param name="Uncached">Requests for the cache with what must not be cached.</param>
/// <param name="ServedBytes">What was answered from the cache.</param>
/// <param name="SavedMs">How long the database would have worked for what was answered without it, by what it took when it was asked.</param>
public sealed record CacheCountsResource(
    long Hits,
    long Stale,
    long Misses,
    long Shared,
    long Failures,
    long Uncached,
    long ServedBytes,
    double SavedMs
);

/// <summary>What was forgotten.</summary>
/// <param name="Forgotten">How many answers.</param>
public sealed record InvalidationResult(int Forgotten)
{
    /// <summary>Whether other edges, and the platform, still have theirs.</summary>
    public bool AtThisEdgeAlone { get; init; }
}
