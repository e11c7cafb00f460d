namespace Dormouse.Contracts.Management;

/// <summary>What the front door has done since the platform's start.</summary>
/// <param name="Requests">Requests of apps by how long they took, from their headers to the end of their answer.</param>
/// <param name="RequestsFailed">Of these, those that were not answered as asked: refused, failed, or given up by their client.</param>
/// <param name="Wakes">Waits for a sleeping database by how long they took; requests that share a wake count each.</param>
/// <param name="WakesFailed">Of these, those that ended without a database.</param>
public sealed record WorkStatus(DurationCounts Requests, long RequestsFailed, DurationCounts Wakes, long WakesFailed)
{
    /// <summary>What was done after an earlier look at the same platform.</summary>
    public WorkStatus Since(WorkStatus earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new(
            Requests.Since(earlier.Requests),
            RequestsFailed - earlier.RequestsFailed,
            Wakes.Since(earlier.Wakes),
            WakesFailed - earlier.WakesFailed
        );
    }
}

/// <summary>How often something took how long.</summary>
/// <param name="UpToSeconds">Upper bounds in seconds, inclusive and ascending.</param>
/// <param name="Counts">How many took up to each bound and more than the one before; one more entry for what took longer than all of them.</param>
public sealed record DurationCounts(IReadOnlyList<double> UpToSeconds, IReadOnlyList<long> Counts)
{
    public static DurationCounts None { get; } = new([], []);

    public long Total() => Counts.Sum();

    /// <summary>The bound in seconds within which a part of them stayed; infinity if it is beyond the last, null if there were none.</summary>
    /// <param name="part">0.99 for the 99th percentile.</param>
    public double? Within(double part)
    {
        long total = Total();
        if (total == 0)
        {
            return null;
        }
        double wanted = part * total;
        long seen = 0;
        for (int index = 0; index < UpToSeconds.Count; index++)
        {
            seen += Counts[index];
            if (seen >= wanted)
            {
                return UpToSeconds[index];
            }
        }
        return double.PositiveInfinity;
    }

    /// <summary>What came after an earlier look.</summary>
    public DurationCounts Since(DurationCounts earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return earlier.Counts.Count == Counts.Count
            ? this with
            {
                Counts = [.. Counts.Zip(earlier.Counts, (now, then) => now - then)],
            }
            : this;
    }
}
