namespace Dormouse.Bench.Edge.Policies;

/// <summary>S3-FIFO as its authors describe it (Yang et al., SOSP 2023), written anew from the paper and not from the product.</summary>
internal sealed class S3Fifo(int entries) : IPolicy
{
    private const double SmallShare = 0.1;

    private readonly KeyQueue small = new();
    private readonly KeyQueue main = new();
    private readonly KeyQueue ghosts = new();
    private readonly Dictionary<int, int> uses = [];
    private readonly int smallMax = Math.Max(1, (int)(entries * SmallShare));

    public bool Ask(int key)
    {
        if (uses.TryGetValue(key, out int count))
        {
            uses[key] = Math.Min(count + 1, 3);
            return true;
        }
        while (small.Count + main.Count >= entries)
        {
            Evict();
        }
        (ghosts.Remove(key) ? main : small).Add(key);
        uses[key] = 0;
        return false;
    }

    private void Evict()
    {
        if (small.Count >= smallMax || main.Count == 0)
        {
            while (small.Count > 0)
            {
                int key = small.TakeOldest();
                if (uses[key] > 1)
                {
                    uses[key] = 0;
                    main.Add(key);
                    continue;
                }
                uses.Remove(key);
                ghosts.Add(key);
                if (ghosts.Count > entries - smallMax)
                {
                    ghosts.TakeOldest();
                }
                return;
            }
        }
        while (main.Count > 0)
        {
            int key = main.TakeOldest();
            if (uses[key] > 0)
            {
                uses[key]--;
                main.Add(key);
                continue;
            }
            uses.Remove(key);
            return;
        }
    }
}
