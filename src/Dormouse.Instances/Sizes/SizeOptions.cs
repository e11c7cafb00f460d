namespace Dormouse.Instances.Sizes;

/// <summary>When a database moves to another class by itself, within the range that was asked for.</summary>
public sealed class SizeOptions
{
    /// <summary>
    /// How often those that may move are looked at: two numbers of each, and a few files of the kernel's of each that runs. Several looks fit into
    /// the time over which they are smoothed.
    /// </summary>
    public TimeSpan LookPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Load is smoothed over this time: a burst of a second is none, and the pauses between two requests are no rest.</summary>
    public TimeSpan Smoothing { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Requests at once that are the load 1 of a small instance: as many as its pool has connections. Those that wait for one count too. A larger
    /// class has as many times as many.
    /// </summary>
    public int SmallRequests { get; init; } = 10;

    /// <summary>
    /// Processors that are the load 1 of a small instance, of which thousands share a host: half of one. What takes more of it for long is what larger
    /// classes are for.
    /// </summary>
    public double SmallProcessors { get; init; } = 0.5;

    /// <summary>From this load on a database is busy: full but for a fifth, after which requests wait for each other.</summary>
    public double BusyLoad { get; init; } = 0.8;

    /// <summary>Busy this long without a break, it moves up. Half a minute is more than a page that is opened or a report that is made.</summary>
    public TimeSpan GrowAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// At this load of the next smaller class or less it is quiet there. Far below what makes it busy, so that no steady load moves it to and fro.
    /// </summary>
    public double QuietLoad { get; init; } = 0.3;

    /// <summary>
    /// Quiet this long without a break, asleep or awake, it moves down. As long as an idle one takes to stop, when its next start is in the smaller
    /// class anyway; and who comes back after a pause finds what he left.
    /// </summary>
    public TimeSpan ShrinkAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Databases that grow in one look. What one takes is seen in the host's memory before the next one does.</summary>
    public int GrowthsPerLook { get; init; } = 1;

    internal void Check()
    {
        if (LookPeriod <= TimeSpan.Zero || Smoothing < TimeSpan.Zero || GrowAfter < TimeSpan.Zero || ShrinkAfter < TimeSpan.Zero)
        {
            throw new ArgumentException("LookPeriod must be above zero, and no time below it.");
        }
        if (QuietLoad < 0 || QuietLoad > BusyLoad / 2)
        {
            throw new ArgumentException(
                $"QuietLoad ({QuietLoad}) must be half of BusyLoad ({BusyLoad}) at most, or load would move databases to and fro."
            );
        }
        if (SmallRequests < 1 || SmallProcessors <= 0 || GrowthsPerLook < 1)
        {
            throw new ArgumentException("SmallRequests, SmallProcessors and GrowthsPerLook must be above zero.");
        }
    }
}
