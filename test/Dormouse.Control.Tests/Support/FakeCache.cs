using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;

namespace Dormouse.Control.Tests.Support;

/// <summary>A cache that remembers what it was told.</summary>
internal sealed class FakeCache : ICacheAdmin
{
    private static readonly CacheCountsResource Counts = new(1, 2, 3, 4, 5, 6, 7, 8.5);

    public ConcurrentQueue<string> Calls { get; } = new();

    public DatabaseId? Known { get; set; }

    public CacheSummary Summary() => new(1_000, 10_000, 5_000, 3, Known is { } known ? [Resource(known)] : []);

    public CacheStatistics Statistics(DatabaseId database) =>
        new(Resource(database), [new CacheShapeResource("0f", "findMany User", Counts)], [], []);

    public ValueTask<int> InvalidateAsync(DatabaseId database, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"invalidate {database} {(tags is null ? "(all)" : string.Join('|', tags))}");
        return new(7);
    }

    public ValueTask ForgetAsync(DatabaseId database, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"forget {database}");
        return ValueTask.CompletedTask;
    }

    private static DatabaseCacheResource Resource(DatabaseId database) => new(database.ToString(), 900, 3, 2, Counts);
}
