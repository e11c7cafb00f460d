using Dormouse.Edge.Caching.Disk;

namespace Dormouse.Edge.Caching;

/// <summary>One answer on its way from disk into memory, for all who want it. Under the cache's lock, but for the waiting.</summary>
internal sealed class Recall(CacheKey key, CacheTenant tenant, string[] tags, DiskEntry entry)
{
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CacheKey Key { get; } = key;

    public CacheTenant Tenant { get; } = tenant;

    public string[] Tags { get; } = tags;

    public DiskEntry Entry { get; } = entry;

    /// <summary>An invalidation came after it had begun: what it brings must not be kept.</summary>
    public bool IsVoid { get; set; }

    /// <summary>Ends once its answer is in memory, or will not come.</summary>
    public Task Over => over.Task;

    public void End() => over.TrySetResult();
}
