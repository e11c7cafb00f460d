using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Edge.Caching.Disk;

namespace Dormouse.Edge.Caching;

/// <summary>The cache as control sees it.</summary>
internal sealed class CacheAdmin(AnswerCache cache, CacheLedger ledger, IInvalidationLog edges, DiskCache? disk = null) : ICacheAdmin
{
    private static readonly LedgerView Nothing = new(default, [], [], []);

    public CacheSummary Summary()
    {
        CacheSize size = cache.SizeOfAll();
        return new CacheSummary(
            size.Bytes,
            cache.Options.MaxBytes,
            cache.Options.MaxBytesPerDatabase,
            size.Entries,
            [.. ledger.Databases.Select(database => Resource(database, ledger.View(database) ?? Nothing))]
        )
        {
            Disk = disk is null ? null : new DiskCacheResource(disk.IsOn, disk.Size.Bytes, disk.Options.MaxBytes, disk.Size.Entries),
        };
    }

    public CacheStatistics Statistics(DatabaseId database)
    {
        LedgerView view = ledger.View(database) ?? Nothing;
        return new CacheStatistics(
            Resource(database, view),
            [
                .. view
                    .Shapes.OrderByDescending(shape => shape.Counts.SavedTicks)
                    .ThenBy(shape => shape.Shape.Name, StringComparer.Ordinal)
                    .Select(shape => new CacheShapeResource(
                        shape.Shape.Id.ToString("x16", CultureInfo.InvariantCulture),
                        shape.Shape.Name,
                        Resource(shape.Counts)
                    )),
            ],
            [.. view.Minutes.Select(minute => new CachePeriodResource(minute.From, Resource(minute.Counts)))],
            [.. view.Hours.Select(hour => new CachePeriodResource(hour.From, Resource(hour.Counts)))]
        );
    }

    public async ValueTask<int> InvalidateAsync(DatabaseId database, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken)
    {
        Invalidation invalidation = tags is null ? Invalidation.All : Invalidation.Of(tags, cache.Options);
        int forgotten = invalidation.Apply(cache, database);
        await edges.InvalidatedAsync(database, invalidation.Tags, cancellationToken);
        return forgotten;
    }

    public async ValueTask ForgetAsync(DatabaseId database, CancellationToken cancellationToken)
    {
        cache.InvalidateAll(database);
        ledger.Forget(database);
        await edges.InvalidatedAsync(database, null, cancellationToken);
    }

    private DatabaseCacheResource Resource(DatabaseId database, LedgerView view)
    {
        CacheSize size = cache.SizeOf(database);
        return new DatabaseCacheResource(database.ToString(), size.Bytes, size.Entries, size.Tags, Resource(view.Total));
    }

    private static CacheCountsResource Resource(in CacheCounts counts) =>
        new(
            counts.Hits,
            counts.Stale,
            counts.Misses,
            counts.Shared,
            counts.Failures,
            counts.Uncached,
            counts.ServedBytes,
            Math.Round(TimeSpan.FromTicks(counts.SavedTicks).TotalMilliseconds, 3)
        );
}
