using Dormouse.Query.Reads;

namespace Dormouse.Bench.Reads;

/// <summary>A case with its size, and how many of its queries are asked at once.</summary>
internal sealed record ReadSetting(ReadCase Case, int Parents, int InFlight)
{
    /// <summary>One for latency, many for throughput.</summary>
    private static readonly int[] Concurrencies = [1, 16];

    public static IReadOnlyList<ReadSetting> All { get; } =
    [
        .. from one in (ReadCase[])[.. ReadCase.Indexed, ReadCase.Unindexed]
        from parents in one.Parents
        from inFlight in Concurrencies
        select new ReadSetting(one, parents, inFlight),
    ];

    public bool IsIndexed => Case != ReadCase.Unindexed;

    public byte[] Query(ReadStrategy strategy, int number) => Case.Query(strategy, Parents, number);

    public override string ToString() => $"{Case.Name}_{Parents}";
}
