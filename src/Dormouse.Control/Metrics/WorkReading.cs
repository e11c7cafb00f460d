using Dormouse.Contracts;
using Dormouse.Contracts.Management;

namespace Dormouse.Control.Metrics;

/// <summary>What the front door did, from the meters that <c>/metrics</c> shows whole.</summary>
internal static class WorkReading
{
    public static WorkStatus Of(IReadOnlyList<InstrumentReading> readings)
    {
        IReadOnlyList<SeriesReading> requests = SeriesOf(readings, WorkMetrics.RequestDuration);
        IReadOnlyList<SeriesReading> wakes = SeriesOf(readings, WorkMetrics.WakeWait);
        return new WorkStatus(Sum(requests), Sum(requests.Where(HasFailed)).Total(), Sum(wakes), Sum(wakes.Where(HasFailed)).Total());
    }

    private static IReadOnlyList<SeriesReading> SeriesOf(IReadOnlyList<InstrumentReading> readings, string name) =>
        readings.FirstOrDefault(reading => reading.Name == name)?.Series ?? [];

    private static bool HasFailed(SeriesReading series) => !series.Tags.Contains((WorkMetrics.Outcome, WorkMetrics.Ok));

    // Series of one instrument have the same bounds.
    private static DurationCounts Sum(IEnumerable<SeriesReading> series) =>
        series.Aggregate(
            DurationCounts.None,
            (sum, one) =>
                sum.Counts.Count == 0
                    ? new DurationCounts(one.Bounds, one.Buckets)
                    : sum with
                    {
                        Counts = [.. sum.Counts.Zip(one.Buckets, (left, right) => left + right)],
                    }
        );
}
