namespace Dormouse.Bench.Edge.Policies;

/// <summary>The least lately used goes.</summary>
internal sealed class Lru(int entries) : IPolicy
{
    private readonly KeyQueue keys = new();

    public bool Ask(int key)
    {
        if (keys.Contains(key))
        {
            keys.Renew(key);
            return true;
        }
        keys.Add(key);
        if (keys.Count > entries)
        {
            keys.TakeOldest();
        }
        return false;
    }
}
