using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Dormouse.Query.Caching;

/// <summary>
/// Immutable values by the exact bytes of a key, bounded by entries and by bytes. Look-ups take no lock and allocate nothing.
/// <para>
/// Eviction is second chance: entries stand in a queue, a look-up marks its entry, and the sweep spares a marked one once. A flood of
/// keys that are asked once therefore pushes out its own kind first.
/// </para>
/// <para>
/// Whoever sends requests chooses the keys, so the hash is Marvin, which the runtime seeds anew in each process, and equal hashes are
/// settled by comparing the whole key.
/// </para>
/// </summary>
public sealed class SecondChanceCache<TValue>
    where TValue : class
{
    /// <summary>The objects around one entry: key array, entry, queue and dictionary slots.</summary>
    private const int EntryBytes = 512;

    private readonly int maxEntries;
    private readonly long maxBytes;
    private readonly ConcurrentDictionary<byte[], Entry> entries = new(new KeyComparer());
    private readonly ConcurrentDictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private readonly Lock sweeping = new();
    private readonly Queue<Entry> queue = new();
    private long usedBytes;

    public SecondChanceCache(int maxEntries, long maxBytes)
    {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
        lookup = entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => entries.Count;

    public long UsedBytes => Interlocked.Read(ref usedBytes);

    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out TValue? value)
    {
        if (!lookup.TryGetValue(key, out Entry? entry))
        {
            value = null;
            return false;
        }
        // Written only when needed, so that a hot entry's cache line is not passed between cores at each request.
        if (!entry.Used)
        {
            entry.Used = true;
        }
        value = entry.Value;
        return true;
    }

    /// <summary>Keeps a value, in place of an older one of the same key.</summary>
    /// <param name="bytes">The estimated memory of the value, without the key.</param>
    public void Set(ReadOnlySpan<byte> key, TValue value, long bytes)
    {
        var added = new Entry(key.ToArray(), value, EntryBytes + key.Length + bytes);
        // One entry must not take the place of all others.
        if (added.Bytes > maxBytes / 16)
        {
            return;
        }
        lock (sweeping)
        {
            if (entries.TryGetValue(added.Key, out Entry? replaced))
            {
                replaced.IsGone = true;
                Interlocked.Add(ref usedBytes, -replaced.Bytes);
            }
            entries[added.Key] = added;
            queue.Enqueue(added);
            Interlocked.Add(ref usedBytes, added.Bytes);
            Sweep();
        }
    }

    // Called under the lock.
    private void Sweep()
    {
        // Replaced entries stay in the queue until their turn comes; twice the bound keeps them few.
        while (entries.Count > maxEntries || UsedBytes > maxBytes || queue.Count > 2 * maxEntries)
        {
            Entry oldest = queue.Dequeue();
            if (oldest.IsGone)
            {
                continue;
            }
            if (oldest.Used)
            {
                oldest.Used = false;
                queue.Enqueue(oldest);
                continue;
            }
            entries.TryRemove(oldest.Key, out _);
            Interlocked.Add(ref usedBytes, -oldest.Bytes);
        }
    }

    private sealed class Entry(byte[] key, TValue value, long bytes)
    {
        public byte[] Key { get; } = key;
        public TValue Value { get; } = value;
        public long Bytes { get; } = bytes;
        public bool IsGone { get; set; }
        public volatile bool Used;
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
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
