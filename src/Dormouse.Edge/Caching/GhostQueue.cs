namespace Dormouse.Edge.Caching;

/// <summary>
/// Fingerprints of entries that were evicted before anybody asked for them again. Who comes back while it is remembered here has shown
/// that he is worth a better place. Under the cache's lock.
/// </summary>
internal sealed class GhostQueue
{
    /// <summary>A number in a queue and in a set, both of which grow by doubling.</summary>
    private const int GhostBytes = 64;

    private readonly Queue<ulong> order = new();
    private readonly HashSet<ulong> known = [];

    public long Bytes => (long)GhostBytes * order.Count;

    public int Count => order.Count;

    public void Add(ulong fingerprint, int max)
    {
        if (known.Add(fingerprint))
        {
            order.Enqueue(fingerprint);
        }
        while (order.Count > max)
        {
            known.Remove(order.Dequeue());
        }
    }

    /// <summary>Whether it is known; then it is no longer. Its place in the queue goes when its turn comes.</summary>
    public bool Take(ulong fingerprint) => known.Remove(fingerprint);

    public void Clear()
    {
        order.Clear();
        order.TrimExcess();
        known.Clear();
        known.TrimExcess();
    }
}
