namespace Dormouse.Bench.Edge.Policies;

/// <summary>A cache policy, simulated: keys only, all of one size.</summary>
internal interface IPolicy
{
    /// <summary>Asks for a key, which is in the cache afterwards unless the policy thinks better of it.</summary>
    /// <returns>Whether it was there.</returns>
    bool Ask(int key);
}

internal static class Simulation
{
    public static double HitRatio(IPolicy policy, int[] trace, int warmUp)
    {
        var hits = 0;
        for (var i = 0; i < trace.Length; i++)
        {
            if (policy.Ask(trace[i]) && i >= warmUp)
            {
                hits++;
            }
        }
        return (double)hits / (trace.Length - warmUp);
    }
}

/// <summary>Keys in the order of their use, or of their coming; the oldest goes first.</summary>
internal sealed class KeyQueue
{
    private readonly LinkedList<int> order = new();
    private readonly Dictionary<int, LinkedListNode<int>> places = [];

    public int Count => places.Count;

    public int Oldest => order.First!.Value;

    public bool Contains(int key) => places.ContainsKey(key);

    public void Add(int key) => places[key] = order.AddLast(key);

    public bool Remove(int key)
    {
        if (!places.Remove(key, out LinkedListNode<int>? place))
        {
            return false;
        }
        order.Remove(place);
        return true;
    }

    /// <summary>Makes it the newest.</summary>
    public void Renew(int key)
    {
        LinkedListNode<int> place = places[key];
        order.Remove(place);
        order.AddLast(place);
    }

    public int TakeOldest()
    {
        int key = Oldest;
        Remove(key);
        return key;
    }
}
