using System.Collections.Concurrent;

namespace Dormouse.Contracts;

/// <summary>
/// Remembers what keys give, within a bound. Two generations: what is used moves to the young one; once that is half of the bound, it
/// becomes the old one and the former old one goes. Reads take no lock. An entry that was looked up before an invalidation is not added
/// after it (<see cref="Epoch"/>), so that a revoked key cannot creep back.
/// </summary>
public sealed class KeyCache<TKey, T>(int entriesMax)
    where TKey : struct, IEquatable<TKey>
{
    private readonly int generationMax = Math.Max(1, entriesMax / 2);
    private readonly Lock writing = new();
    private volatile ConcurrentDictionary<TKey, Entry> young = new();
    private volatile ConcurrentDictionary<TKey, Entry> old = new();
    private long epoch;

    /// <summary>Read it before a look-up and hand it to <see cref="Add"/>.</summary>
    public long Epoch => Volatile.Read(ref epoch);

    public int Count => young.Count + old.Count;

    public bool TryGet(TKey hash, DateTimeOffset now, out T value) => TryGet(hash, now, out value, out _, out _);

    /// <summary>The same, with what <see cref="Holds"/> asks for.</summary>
    public bool TryGet(TKey hash, DateTimeOffset now, out T value, out DateTimeOffset validUntil, out long epochBefore)
    {
        epochBefore = Epoch;
        if (!young.TryGetValue(hash, out Entry entry))
        {
            if (!old.TryGetValue(hash, out entry))
            {
                value = default!;
                validUntil = default;
                return false;
            }
            Add(hash, entry.Value, entry.ValidUntil, epochBefore);
        }
        value = entry.Value;
        validUntil = entry.ValidUntil;
        if (now < entry.ValidUntil)
        {
            return true;
        }
        Remove(hash);
        return false;
    }

    /// <summary>Whether what was found then was not forgotten since, and its time is not over.</summary>
    public bool Holds(DateTimeOffset validUntil, long epochThen, DateTimeOffset now) => Epoch == epochThen && now < validUntil;

    public void Add(TKey hash, T value, DateTimeOffset validUntil, long epochBeforeLookUp)
    {
        lock (writing)
        {
            if (epoch != epochBeforeLookUp)
            {
                return;
            }
            if (young.Count >= generationMax && !young.ContainsKey(hash))
            {
                old = young;
                young = new ConcurrentDictionary<TKey, Entry>();
            }
            young[hash] = new Entry(value, validUntil);
        }
    }

    /// <summary>Forgets keys at once; look-ups that are under way will not be remembered.</summary>
    public void Invalidate(IEnumerable<TKey> hashes)
    {
        lock (writing)
        {
            Volatile.Write(ref epoch, epoch + 1);
            foreach (TKey hash in hashes)
            {
                Drop(hash);
            }
        }
    }

    /// <summary>The same by what the keys give.</summary>
    public void InvalidateWhere(Func<T, bool> concerns)
    {
        lock (writing)
        {
            Volatile.Write(ref epoch, epoch + 1);
            foreach (TKey hash in young.Concat(old).Where(pair => concerns(pair.Value.Value)).Select(pair => pair.Key).ToArray())
            {
                Drop(hash);
            }
        }
    }

    public void Clear()
    {
        lock (writing)
        {
            Volatile.Write(ref epoch, epoch + 1);
            young = new ConcurrentDictionary<TKey, Entry>();
            old = new ConcurrentDictionary<TKey, Entry>();
        }
    }

    private void Remove(TKey hash)
    {
        lock (writing)
        {
            Drop(hash);
        }
    }

    private void Drop(TKey hash)
    {
        young.TryRemove(hash, out _);
        old.TryRemove(hash, out _);
    }

    private readonly record struct Entry(T Value, DateTimeOffset ValidUntil);
}
