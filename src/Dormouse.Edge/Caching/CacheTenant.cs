using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Edge.Caching.Disk;

namespace Dormouse.Edge.Caching;

/// <summary>
/// The cached answers of one database and the policy by which they are evicted: S3-FIFO (Yang et al., SOSP 2023).
/// <list type="bullet">
/// <item>A new entry joins the small queue, a tenth of the memory. Its turn comes soon: used twice since, it moves to the main queue; else
/// it goes and leaves a fingerprint.</item>
/// <item>Whose fingerprint is still remembered joins the main queue at once.</item>
/// <item>At its turn in the main queue an entry that was used goes round once more for each use, at most three; one that was not goes.</item>
/// </list>
/// A scan therefore passes through the small queue and touches nothing that is used. Hits only count: no lock, no moving.
/// </summary>
/// <remarks>Readers use <see cref="Find"/> alone; all else is under the lock of <see cref="AnswerCache"/>.</remarks>
internal sealed class CacheTenant(DatabaseId database, DiskCache? disk)
{
    /// <summary>The object with its empty tables.</summary>
    private const int OwnBytes = 2048;

    /// <summary>The small queue's share of the memory: a tenth, as its authors found best over thousands of traces.</summary>
    private const int SmallShare = 10;

    /// <summary>Uses that show a newcomer to be more than a passer-by.</summary>
    private const int UsesToStay = 2;

    private const int MinGhosts = 64;

    private readonly ConcurrentDictionary<CacheKey, CacheEntry> entries = new();
    private readonly EntryQueue small = new();
    private readonly EntryQueue main = new();
    private readonly GhostQueue ghosts = new();
    private readonly TagIndex tags = new();

    public DatabaseId Database { get; } = database;

    /// <summary>Fills that are under way, by key; those that an invalidation has voided are no longer here.</summary>
    public Dictionary<CacheKey, Flight> Flights { get; } = [];

    /// <summary>Answers that are on their way from disk, by key; those that an invalidation has voided are no longer here.</summary>
    public Dictionary<CacheKey, Recall> Recalls { get; } = [];

    /// <summary>Flights of this tenant that are not over, voided ones included.</summary>
    public int Flying { get; set; }

    public int Refreshes { get; set; }

    /// <summary>Its place in <see cref="TenantHeap"/>.</summary>
    public int HeapIndex { get; set; } = -1;

    public int Count => small.Count + main.Count;

    public int TagCount => tags.Count;

    /// <summary>All that it takes.</summary>
    public long Bytes => OwnBytes + small.Bytes + main.Bytes + ghosts.Bytes + tags.Bytes;

    /// <summary>From any thread.</summary>
    public CacheEntry? Find(in CacheKey key) => entries.GetValueOrDefault(key);

    /// <summary>From any thread; entries that come or go meanwhile may be missed or met.</summary>
    public IEnumerable<CacheEntry> Entries => entries.Select(pair => pair.Value);

    public void Add(CacheEntry entry, string[] entryTags)
    {
        (ghosts.Take(entry.Key.Fingerprint) ? main : small).Add(entry);
        tags.Add(entry, entryTags);
        entries[entry.Key] = entry;
    }

    /// <summary>Gives an entry its newer answer; it keeps its place.</summary>
    public static void Exchange(CacheEntry entry, CachedAnswer newer, long keepUntil)
    {
        entry.Queue!.Resize(newer.Json.Length - entry.Answer.Json.Length);
        entry.Exchange(newer, keepUntil);
    }

    public void Remove(CacheEntry entry)
    {
        entry.Queue!.Remove(entry);
        tags.Remove(entry);
        entries.TryRemove(entry.Key, out _);
    }

    /// <summary>Removes the entries that have a tag.</summary>
    public int RemoveTagged(string tag)
    {
        var removed = 0;
        for (; tags.TryFind(tag, out CacheEntry? entry); removed++)
        {
            Remove(entry);
        }
        return removed;
    }

    public int RemoveAll()
    {
        int removed = Count;
        while ((small.Oldest ?? main.Oldest) is { } entry)
        {
            Remove(entry);
        }
        ghosts.Clear();
        return removed;
    }

    /// <summary>Makes room: one entry goes, or where there is none the ghosts.</summary>
    /// <returns>Whether anything went.</returns>
    public bool Evict(long now)
    {
        if (small.Bytes * SmallShare > small.Bytes + main.Bytes || main.Count == 0)
        {
            if (EvictSmall(now))
            {
                return true;
            }
        }
        if (EvictMain(now))
        {
            return true;
        }
        bool any = ghosts.Count > 0;
        ghosts.Clear();
        return any;
    }

    private bool EvictSmall(long now)
    {
        while (small.Oldest is { } entry)
        {
            if (entry.KeepUntil <= now)
            {
                Remove(entry);
                return true;
            }
            if (entry.Uses >= UsesToStay)
            {
                small.Remove(entry);
                entry.Uses = 0;
                main.Add(entry);
                continue;
            }
            Leave(entry);
            ghosts.Add(entry.Key.Fingerprint, Math.Max(MinGhosts, main.Count));
            return true;
        }
        return false;
    }

    private bool EvictMain(long now)
    {
        while (main.Oldest is { } entry)
        {
            if (entry.Uses > 0 && entry.KeepUntil > now)
            {
                entry.Uses--;
                main.Remove(entry);
                main.Add(entry);
                continue;
            }
            Leave(entry);
            return true;
        }
        return false;
    }

    /// <summary>It goes for want of room, and not because it is void or over: there may be room on disk.</summary>
    private void Leave(CacheEntry entry)
    {
        disk?.Offer(entry);
        Remove(entry);
    }
}
