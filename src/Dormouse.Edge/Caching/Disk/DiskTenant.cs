using Dormouse.Contracts;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// What one database has on disk: its segments, the oldest first, where its answers are in them, and which tags were made void. Under the
/// tier's lock, but for the writing of files, which has one of its own.
/// </summary>
internal sealed class DiskTenant(DatabaseId database, string folder, DiskTotals totals)
{
    /// <summary>A slot in the table that grows by doubling, and the key in its segment's list. A test measures it.</summary>
    public const int EntryBytes = 220;

    /// <summary>A tag in the table of those made void.</summary>
    private const int TagBytes = 120;

    private readonly Dictionary<CacheKey, DiskEntry> index = [];
    private readonly Dictionary<string, long> voided = new(StringComparer.Ordinal);
    private readonly List<Segment> segments = [];
    private long voidedAll;
    private long tagBytes;

    public DatabaseId Database { get; } = database;

    public string Folder { get; } = folder;

    /// <summary>The segment that is written; null: the next record begins one.</summary>
    public Segment? Current { get; set; }

    public int LastNumber { get; set; }

    public long Bytes { get; private set; }

    public int Count => index.Count;

    public int SegmentCount => segments.Count;

    public int VoidedCount => voided.Count;

    public IReadOnlyList<Segment> Segments => segments;

    public long IndexBytes => ((long)EntryBytes * index.Count) + tagBytes;

    public bool TryFind(in CacheKey key, ReadOnlySpan<string> tags, out DiskEntry entry) =>
        index.TryGetValue(key, out entry) && !IsVoid(tags, entry.Clock);

    /// <summary>Whether this answer or a newer one is there.</summary>
    public bool Has(in CacheKey key, long askedAt, ReadOnlySpan<string> tags) =>
        TryFind(key, tags, out DiskEntry there) && there.AskedAt >= askedAt;

    /// <summary>Whether what was valid at a time of the tier's clock has been made void since.</summary>
    public bool IsVoid(ReadOnlySpan<string> tags, long clock)
    {
        if (voidedAll > clock)
        {
            return true;
        }
        foreach (string tag in tags)
        {
            if (voided.TryGetValue(tag, out long at) && at > clock)
            {
                return true;
            }
        }
        return false;
    }

    public void Void(string tag, long clock)
    {
        if (voided.TryAdd(tag, clock))
        {
            Charge(0, TagBytes + (2L * tag.Length));
        }
        voided[tag] = clock;
    }

    public void VoidAll(long clock)
    {
        voidedAll = clock;
        Charge(-index.Count, -tagBytes);
        index.Clear();
        index.TrimExcess();
        voided.Clear();
        voided.TrimExcess();
    }

    public void Add(in CacheKey key, in DiskEntry entry)
    {
        if (!entry.Segment.IsGone)
        {
            Charge(index.ContainsKey(key) ? 0 : 1, 0);
            index[key] = entry;
            entry.Segment.Keys.Add(key);
            entry.Segment.FirstClock = Math.Min(entry.Segment.FirstClock, entry.Clock);
        }
    }

    public void Remove(in CacheKey key)
    {
        if (index.Remove(key))
        {
            Charge(-1, 0);
        }
    }

    public void Add(Segment segment)
    {
        segments.Add(segment);
        Grown(segment.Bytes);
    }

    /// <summary>To be told of each change of a segment's size.</summary>
    public void Grown(long difference)
    {
        Bytes += difference;
        totals.Bytes += difference;
    }

    /// <summary>Forgets its oldest segment; the caller deletes it.</summary>
    public Segment TakeOldest()
    {
        Segment oldest = segments[0];
        segments.RemoveAt(0);
        Grown(-oldest.Bytes);
        foreach (CacheKey key in oldest.Keys)
        {
            if (index.TryGetValue(key, out DiskEntry entry) && ReferenceEquals(entry.Segment, oldest))
            {
                Remove(key);
            }
        }
        if (ReferenceEquals(Current, oldest))
        {
            Current = null;
        }
        return oldest;
    }

    /// <summary>Forgets tags that were made void before all that is left, and all that waits to be written.</summary>
    /// <param name="queueClock">The clock of what has waited longest.</param>
    public void Prune(long queueClock)
    {
        long oldest = segments.Count == 0 ? queueClock : Math.Min(queueClock, segments[0].FirstClock);
        foreach (string tag in voided.Where(pair => pair.Value <= oldest).Select(pair => pair.Key).ToArray())
        {
            voided.Remove(tag);
            Charge(0, -TagBytes - (2L * tag.Length));
        }
    }

    private void Charge(int entries, long ofTags)
    {
        tagBytes += ofTags;
        totals.Entries += entries;
        totals.IndexBytes += ((long)EntryBytes * entries) + ofTags;
    }
}

/// <summary>Where an answer is.</summary>
/// <param name="Segment">In which file.</param>
/// <param name="Place">Where in it.</param>
/// <param name="BodyBytes">How long it is.</param>
/// <param name="AskedAt">The monotonic time of this process at which its query was begun, or would have been.</param>
/// <param name="Clock">The tier's clock when it was valid.</param>
internal readonly record struct DiskEntry(Segment Segment, int Place, int BodyBytes, long AskedAt, long Clock);
