namespace Dormouse.Contracts;

/// <summary>How much of its host an instance may use: memory, connections and a share of the processors. In the order of their size.</summary>
public enum InstanceClass
{
    /// <summary>What most databases need, and what thousands of them share a host with.</summary>
    Small,

    /// <summary>Twice as much.</summary>
    Medium,

    /// <summary>Four times as much.</summary>
    Large,
}

/// <summary>Between which classes an instance is.</summary>
/// <param name="Least">What it is while little is asked of it.</param>
/// <param name="Most">What it may become under load; never less than <paramref name="Least"/>.</param>
public readonly record struct ClassRange(InstanceClass Least, InstanceClass Most)
{
    /// <summary>Small, and nothing else.</summary>
    public static ClassRange Smallest => default;

    /// <summary>The class within the range that is nearest.</summary>
    public InstanceClass Nearest(InstanceClass wanted) =>
        wanted < Least ? Least
        : wanted > Most ? Most
        : wanted;
}

/// <summary>How large an instance is.</summary>
/// <param name="Least">As in <see cref="ClassRange"/>.</param>
/// <param name="Most">As in <see cref="ClassRange"/>.</param>
/// <param name="Now">Its class. The bounds of its memory and its share of the processors are of it.</param>
/// <param name="Started">
/// The class with which PostgreSQL was started last: connections and buffers are of it. Another than <paramref name="Now"/>: the next cold start
/// takes that on.
/// </param>
public sealed record InstanceSize(InstanceClass Least, InstanceClass Most, InstanceClass Now, InstanceClass Started)
{
    /// <summary>A small one that stays so.</summary>
    public static InstanceSize Smallest { get; } = Of(ClassRange.Smallest);

    public ClassRange Range => new(Least, Most);

    /// <summary>Whether settings wait for a cold start.</summary>
    public bool IsPending => Now != Started;

    /// <summary>Of an instance that has not been started yet.</summary>
    public static InstanceSize Of(ClassRange range) => new(range.Least, range.Most, range.Least, range.Least);

    /// <param name="range">What is asked for.</param>
    /// <param name="now">The class that it shall have now; null: the one that it has, as far as the range allows.</param>
    public InstanceSize Within(ClassRange range, InstanceClass? now) =>
        this with
        {
            Least = range.Least,
            Most = range.Most,
            // Another floor is another wish for what it is, and load leads on from there.
            Now = range.Nearest(now ?? (range.Least == Least ? Now : range.Least)),
        };
}

/// <summary>The words for classes.</summary>
public static class InstanceClassWords
{
    /// <summary>All of them, from small to large.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<InstanceClass>().Select(WordOf)];

    public static string WordOf(InstanceClass instanceClass) => instanceClass.ToString().ToLowerInvariant();

    /// <summary>Null if it is none.</summary>
    public static InstanceClass? Parse(string word) => Array.IndexOf([.. All], word) is var found and >= 0 ? (InstanceClass)found : null;
}
