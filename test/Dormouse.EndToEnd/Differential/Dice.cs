namespace Dormouse.EndToEnd.Differential;

/// <summary>Choices from a seed, the same on every machine and with every version of .NET (SplitMix64).</summary>
internal sealed class Dice(ulong seed)
{
    private ulong state = seed;

    /// <summary>A number from 0 up to, and without, <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A number from <paramref name="first"/> up to and with <paramref name="last"/>.</summary>
    public int Between(int first, int last) => first + Below(last - first + 1);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Some of the items, each once, in any order.</summary>
    public IReadOnlyList<T> Some<T>(IReadOnlyList<T> items, int least, int most)
    {
        T[] shuffled = [.. items];
        for (int i = shuffled.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        int count = Math.Min(shuffled.Length, Between(Math.Min(least, shuffled.Length), Math.Max(least, most)));
        return shuffled[..count];
    }

    /// <summary>A seed for dice of a part's own, so that what happens in one part does not move the others.</summary>
    public Dice Fork() => new(Next());

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
