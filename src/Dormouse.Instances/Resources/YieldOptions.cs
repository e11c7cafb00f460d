namespace Dormouse.Instances.Resources;

/// <summary>When an instance that takes much processor time lets all others go first, and what it leaves to them.</summary>
public sealed class YieldOptions
{
    /// <summary>
    /// How often it is looked at who takes how much. A neighbour feels a runaway query for two looks at most; and ten milliseconds, the unit in
    /// which the kernel counts, are still a twentieth of one.
    /// </summary>
    public TimeSpan LookPeriod { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Part of the host's processors that is in use before anybody has to yield; half of it while somebody does. Below a half who wakes finds a free one,
    /// and a look is one read.
    /// </summary>
    public double BusyHost { get; init; } = 0.5;

    /// <summary>
    /// Processors that are much for a small instance: half of one, which is the load of a full one. For larger ones it is as many times more. Who answers
    /// small requests one after another takes less; a query that computes takes a whole one. The same, for any size, is much of the front door's time.
    /// </summary>
    public double MuchProcessors { get; init; } = 0.5;

    /// <summary>
    /// Who is awake and was used within this time is in use, and the others go out of its way: a person who looks at a page and asks for the next one finds the
    /// processor still free. For longer it would lie idle for somebody who has gone.
    /// </summary>
    public TimeSpan InUseFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many times more it is at most: what is much for the largest is three quarters of the host, so that half of that, by which it goes on yielding,
    /// is to be had beside a free processor.
    /// </summary>
    public double ScaleMax { get; init; } = 1.5 * Environment.ProcessorCount;

    /// <summary>
    /// Processors that those who yield leave to the others as long as one of these is in use: one of each eight, and of fewer the first, so that a request
    /// of somebody else finds one free at once. Less than one each would be none; more would lie idle. None where there is but one.
    /// </summary>
    public int FreeProcessors { get; init; } = Math.Max(1, Environment.ProcessorCount / 8);

    /// <summary>
    /// Who has taken less than half of that this long goes among the others again. Since being let by for nothing is less than half as well, who
    /// burns processor time while others need all of it still has some of each second.
    /// </summary>
    public TimeSpan ReleaseAfter { get; init; } = TimeSpan.FromSeconds(1);
}
