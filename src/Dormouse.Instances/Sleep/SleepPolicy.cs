using System.Globalization;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Sleep;

/// <summary>What the policy knows of one instance: nothing else decides.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Phase">Where it is.</param>
/// <param name="IdleFor">How long nobody has used it.</param>
/// <param name="BackFor">How long ago it came back from swap or from a stop; null: not since the platform started.</param>
/// <param name="WaitsForStart">Whether settings wait for its next cold start.</param>
internal readonly record struct Sleeper<T>(
    T Instance,
    InstancePhase Phase,
    TimeSpan IdleFor,
    TimeSpan? BackFor = null,
    bool WaitsForStart = false
);

/// <summary>How short the host is of memory.</summary>
internal enum MemoryPressure
{
    None,

    /// <summary>Idle instances sleep deeper than their time alone would have it.</summary>
    Tight,

    /// <summary>They stop, which gives back most.</summary>
    Short,
}

/// <summary>How deep an instance is to sleep.</summary>
internal enum SleepDepth
{
    Frozen,
    Reclaimed,
    Stopped,
}

/// <summary>What is asked of an instance.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Depth">How deep.</param>
/// <param name="IdleAtLeast">How long it must have been idle still when its turn comes.</param>
/// <param name="Reason">For whoever reads its history.</param>
internal readonly record struct SleepOrder<T>(T Instance, SleepDepth Depth, TimeSpan IdleAtLeast, string Reason);

/// <summary>
/// Which instances sleep how deep: by the time for which nobody used them, and where memory is tight by least recent use, a few at a time. Pure: the
/// same picture gives the same answer. An instance in use is idle for no time and is never named.
/// <code>
/// running ──FreezeAfter──▶ frozen ──ReclaimAfter──▶ reclaimed ──StopAfter──▶ stopped        swap or zram; without it frozen ▶ stopped
///    └──── settings wait for a cold start: FreezeAfter ──▶ stopped, once
///    └──── tight: after IdleUnderPressure ──▶ one step deeper, the least recently used first; short: stopped ────▶
/// </code>
/// </summary>
internal sealed class SleepPolicy(InstancesOptions options)
{
    // Where even half of what is tight is not left, reclaiming one by one comes too late.
    private const double ShortPart = 0.5;

    // With more than this who waits for memory waits for the disk, or is at its own limit: nobody's sleep would help.
    private const double PlentyParts = 2;

    // At the edge of being short; from the beginning of being tight on it rises to that.
    private const int StepsTimesMax = 4;

    private const string TakesOn = "; starts next in its class";

    /// <param name="memory">The host's.</param>
    /// <param name="instanceBytes">What all instances hold; null where nobody counts it.</param>
    public MemoryPressure PressureOf(HostMemory memory, long? instanceBytes)
    {
        double least = options.MemoryAvailableMin * memory.TotalBytes;
        bool isOverBudget = instanceBytes > options.MemoryBudgetBytes;
        bool isStalled = memory.Stall > options.MemoryStallMax && memory.AvailableBytes < least * PlentyParts;
        return memory.AvailableBytes < least * ShortPart ? MemoryPressure.Short
            : memory.AvailableBytes < least || isStalled || isOverBudget ? MemoryPressure.Tight
            : MemoryPressure.None;
    }

    /// <summary>
    /// How many at most go deeper in one round because of the pressure: the more the less memory there is, so that what is asked for faster than a few
    /// give back does not end in stops.
    /// </summary>
    public int StepsAt(HostMemory memory)
    {
        double least = options.MemoryAvailableMin * memory.TotalBytes;
        double missing = Math.Clamp((least - memory.AvailableBytes) / (least * (1 - ShortPart)), 0, 1);
        return (int)(options.PressureStepMax * (1 + (missing * (StepsTimesMax - 1))));
    }

    /// <param name="instances">All that are watched.</param>
    /// <param name="pressure">Of <see cref="PressureOf"/>.</param>
    /// <param name="steps">Of <see cref="StepsAt"/>.</param>
    /// <param name="canReclaim">Whether memory has somewhere to go.</param>
    public IReadOnlyList<SleepOrder<T>> Choose<T>(IEnumerable<Sleeper<T>> instances, MemoryPressure pressure, int steps, bool canReclaim)
    {
        var chosen = new List<SleepOrder<T>>();
        var others = new List<Sleeper<T>>();
        foreach (Sleeper<T> sleeper in instances)
        {
            if (ByTime(sleeper, canReclaim) is { } due)
            {
                chosen.Add(new SleepOrder<T>(sleeper.Instance, due.Depth, due.After, Idle(due.After) + (due.IsForSize ? TakesOn : "")));
            }
            else if (pressure != MemoryPressure.None && sleeper.IdleFor >= options.IdleUnderPressure)
            {
                others.Add(sleeper);
            }
        }
        foreach (Sleeper<T> sleeper in others.OrderByDescending(sleeper => sleeper.IdleFor))
        {
            if (chosen.Count >= steps)
            {
                break;
            }
            if (Deeper(sleeper, pressure, canReclaim) is { } depth)
            {
                chosen.Add(new SleepOrder<T>(sleeper.Instance, depth, options.IdleUnderPressure, ReasonOf(pressure)));
            }
        }
        return chosen;
    }

    private static string Idle(TimeSpan after) => string.Create(CultureInfo.InvariantCulture, $"idle for {after.TotalSeconds:0.###} s");

    private static string ReasonOf(MemoryPressure pressure) => pressure == MemoryPressure.Short ? "memory is short" : "memory is tight";

    private (SleepDepth Depth, TimeSpan After, bool IsForSize)? ByTime<T>(Sleeper<T> sleeper, bool canReclaim) =>
        sleeper.IdleFor >= options.StopAfter ? (SleepDepth.Stopped, options.StopAfter, false)
        // Nobody holds a session open, and a cold start costs tens of milliseconds, once.
        : sleeper.WaitsForStart && sleeper.IdleFor >= options.FreezeAfter ? (SleepDepth.Stopped, options.FreezeAfter, true)
        : sleeper.IdleFor >= options.ReclaimAfter && canReclaim && sleeper.Phase is InstancePhase.Frozen
            ? (SleepDepth.Reclaimed, options.ReclaimAfter, false)
        : sleeper.IdleFor >= options.FreezeAfter && sleeper.Phase == InstancePhase.Running ? (SleepDepth.Frozen, options.FreezeAfter, false)
        : null;

    private SleepDepth? Deeper<T>(Sleeper<T> sleeper, MemoryPressure pressure, bool canReclaim) =>
        (sleeper.Phase, pressure) switch
        {
            (_, MemoryPressure.Short) => SleepDepth.Stopped,
            (InstancePhase.Running, _) => SleepDepth.Frozen,
            // Who comes back again and again would pay for it each time, and memory would only go to and fro.
            (InstancePhase.Frozen, _) when sleeper.BackFor < options.SpareAfterReturn => null,
            (InstancePhase.Frozen, _) => canReclaim ? SleepDepth.Reclaimed : SleepDepth.Stopped,
            // On its way already; and what is reclaimed has nothing to give that would help now.
            _ => null,
        };
}
