namespace Dormouse.Edge.Caching;

/// <summary>
/// A place in the cache. Its answer is exchanged when it was refreshed; its key and tags stay. Readers take no lock: they see one whole
/// answer or the next one. All else is under the lock of <see cref="AnswerCache"/>.
/// </summary>
internal sealed class CacheEntry(CacheKey key, CacheTenant tenant, CachedAnswer answer, ShapeCounters shape)
{
    /// <summary>Counting further would tell no more: the policy asks for "again" and "often".</summary>
    private const int MaxUses = 3;

    /// <summary>
    /// Entry, answer and signature, the slots in the table, and the header of the array. Measured by a test against the runtime's own
    /// count, in which the table's growth shows.
    /// </summary>
    public const int OwnBytes = 520;

    private volatile CachedAnswer answer = answer;
    private long keepUntil;
    private int uses;

    public CacheKey Key { get; } = key;

    public CacheTenant Tenant { get; } = tenant;

    public ShapeCounters Shape { get; } = shape;

    public CachedAnswer Answer => answer;

    public TagMark[] Marks { get; set; } = [];

    /// <summary>Neighbours in its queue: the older one is nearer to eviction.</summary>
    public CacheEntry? Older { get; set; }

    public CacheEntry? Newer { get; set; }

    /// <summary>The queue in which it stands; null once it is gone.</summary>
    public EntryQueue? Queue { get; set; }

    /// <summary>What it is charged with, tags apart, which are charged by themselves.</summary>
    public long Bytes => OwnBytes + answer.Json.Length;

    /// <summary>Uses since the policy looked last, at most <see cref="MaxUses"/>. A lost increment does no harm.</summary>
    public int Uses
    {
        get => Volatile.Read(ref uses);
        set => Volatile.Write(ref uses, value);
    }

    /// <summary>The monotonic time from which on nobody takes this answer any more.</summary>
    public long KeepUntil => Volatile.Read(ref keepUntil);

    /// <summary>The answer that the disk was offered last, so that it is not written anew whenever its file has gone.</summary>
    public CachedAnswer? Offered { get; set; }

    /// <summary>A refresh that failed is not tried again before this monotonic time.</summary>
    public long RefreshNotBefore { get; set; }

    /// <summary>Written only when needed, so that a hot entry's cache line is not passed between cores at each request.</summary>
    public void Touch()
    {
        int now = uses;
        if (now < MaxUses)
        {
            Uses = now + 1;
        }
    }

    public void Keep(long until)
    {
        if (KeepUntil < until)
        {
            Volatile.Write(ref keepUntil, until);
        }
    }

    public void Exchange(CachedAnswer newer, long until)
    {
        answer = newer;
        Volatile.Write(ref keepUntil, until);
    }
}

/// <summary>Entries in the order in which they came. Under the cache's lock.</summary>
internal sealed class EntryQueue
{
    private CacheEntry? newest;

    public CacheEntry? Oldest { get; private set; }

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public void Add(CacheEntry entry)
    {
        entry.Queue = this;
        entry.Older = newest;
        entry.Newer = null;
        if (newest is null)
        {
            Oldest = entry;
        }
        else
        {
            newest.Newer = entry;
        }
        newest = entry;
        Count++;
        Bytes += entry.Bytes;
    }

    public void Remove(CacheEntry entry)
    {
        if (entry.Older is null)
        {
            Oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }
        if (entry.Newer is null)
        {
            newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }
        entry.Queue = null;
        entry.Older = entry.Newer = null;
        Count--;
        Bytes -= entry.Bytes;
    }

    /// <summary>To be told before an entry's answer is exchanged for one of another size.</summary>
    public void Resize(long difference) => Bytes += difference;
}
