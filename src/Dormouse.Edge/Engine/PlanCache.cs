using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Dormouse.Query.Plans;

namespace Dormouse.Edge.Engine;

/// <summary>
/// Parsed plans by their exact text. A plan is immutable and holds nothing of a tenant but its own text, so that tenants who send the
/// same text may share it. Look-ups take no lock and allocate nothing.
/// <para>
/// Bounded by entries and by bytes. Eviction is second chance: entries stand in a queue, a look-up marks its entry, and the sweep
/// spares a marked one once. A flood of plans that are asked once therefore pushes out its own kind first.
/// </para>
/// <para>
/// Whoever sends plans chooses the keys, so the hash is Marvin, which the runtime seeds anew in each process, and equal hashes are
/// settled by comparing the whole text.
/// </para>
/// </summary>
internal sealed class PlanCache
{
    // Measured on the captured plans: the parsed form takes some three times its text, and the text itself is the key.
    private const int BytesPerTextByte = 4;
    private const int EntryBytes = 512;

    private readonly QueryLimits limits;
    private readonly int maxEntries;
    private readonly long maxBytes;
    private readonly ConcurrentDictionary<byte[], Entry> entries = new(new TextComparer());
    private readonly ConcurrentDictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private readonly Lock sweeping = new();
    private readonly Queue<Entry> queue = new();
    private long usedBytes;

    public PlanCache(EngineOptions options, QueryLimits limits)
    {
        this.limits = limits;
        maxEntries = options.PlanCacheEntries;
        maxBytes = options.PlanCacheBytes;
        lookup = entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => entries.Count;

    public long UsedBytes => Interlocked.Read(ref usedBytes);

    /// <summary>The plan of this text, parsed now if it is not here.</summary>
    public QueryPlan Get(ReadOnlySpan<byte> text)
    {
        if (lookup.TryGetValue(text, out Entry? entry))
        {
            // Written only when needed, so that a hot entry's cache line is not passed between cores at each request.
            if (!entry.Used)
            {
                entry.Used = true;
            }
            return entry.Plan;
        }
        QueryPlan plan = QueryPlan.Parse(text, limits);
        Add(new Entry(text.ToArray(), plan));
        return plan;
    }

    private void Add(Entry added)
    {
        // One text must not take the place of all others.
        if (added.Bytes > maxBytes / 16)
        {
            return;
        }
        lock (sweeping)
        {
            if (!entries.TryAdd(added.Text, added))
            {
                return;
            }
            queue.Enqueue(added);
            Interlocked.Add(ref usedBytes, added.Bytes);
            while (queue.Count > maxEntries || UsedBytes > maxBytes)
            {
                Entry oldest = queue.Dequeue();
                if (oldest.Used)
                {
                    oldest.Used = false;
                    queue.Enqueue(oldest);
                    continue;
                }
                entries.TryRemove(oldest.Text, out _);
                Interlocked.Add(ref usedBytes, -oldest.Bytes);
            }
        }
    }

    private sealed class Entry(byte[] text, QueryPlan plan)
    {
        public byte[] Text { get; } = text;
        public QueryPlan Plan { get; } = plan;
        public long Bytes { get; } = EntryBytes + (long)BytesPerTextByte * text.Length;
        public volatile bool Used;
    }

    private sealed class TextComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        // string.GetHashCode over the bytes seen as characters is Marvin at full speed. An odd last byte is left out of the hash and
        // not of the comparison.
        public int GetHashCode(ReadOnlySpan<byte> alternate) => string.GetHashCode(MemoryMarshal.Cast<byte, char>(alternate));

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
