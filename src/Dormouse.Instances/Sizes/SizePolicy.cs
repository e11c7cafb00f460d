using System.Globalization;
using Dormouse.Contracts;

namespace Dormouse.Instances.Sizes;

/// <summary>What is asked of an instance at one moment.</summary>
/// <param name="Requests">Leases that are held.</param>
/// <param name="Processors">How many of them it used since the last look; null where that is not known.</param>
internal readonly record struct Demand(int Requests, double? Processors)
{
    public static Demand None => default;
}

/// <summary>What the policy remembers of an instance from one look to the next.</summary>
/// <param name="At">When it looked.</param>
/// <param name="Load">Smoothed, in small instances: 2 fills a medium one.</param>
/// <param name="BusySince">Since when it has been too much for its class without a break; null: it is not.</param>
/// <param name="QuietSince">Since when the next smaller class would do, without a break; null: it would not.</param>
internal readonly record struct LoadMemory(TimeSpan At, double Load, TimeSpan? BusySince, TimeSpan? QuietSince);

/// <summary>A class that an instance shall come into.</summary>
internal sealed record SizeOrder(InstanceClass From, InstanceClass To, string Reason);

/// <summary>
/// When an instance moves to the next class, up or down, within its range. Pure: time is a number that it is given, and what it remembers it gives
/// back. It never flaps: what is busy in one class is never quiet there, a move forgets both times, and a move needs the whole of its time without a
/// break; so two moves are never closer than that.
/// <code>
/// small ──busy for GrowAfter, and there is room──▶ medium ──…──▶ large        as far as the range goes
///       ◀──quiet for ShrinkAfter, awake or asleep──       ◀──…──
/// </code>
/// </summary>
internal sealed class SizePolicy(SizeOptions options)
{
    /// <param name="before">What the last look left; null: there was none.</param>
    /// <param name="size">As it is now.</param>
    /// <param name="demand">At this moment.</param>
    /// <param name="now">On any clock that only goes on.</param>
    /// <param name="hasRoom">Whether the host has memory for the next class. Without it the instance waits, and keeps its time.</param>
    public (LoadMemory Memory, SizeOrder? Order) Look(LoadMemory? before, InstanceSize size, Demand demand, TimeSpan now, bool hasRoom)
    {
        // What is more than full counts as full: a burst of a thousand requests would be in the mean for long.
        double load = Smooth(before, Math.Min(LoadOf(demand), ScaleOf(size.Now)), now);
        bool mayGrow = size.Now < size.Most;
        bool mayShrink = size.Now > size.Least;
        bool isBusy = mayGrow && load >= options.BusyLoad * ScaleOf(size.Now);
        bool isQuiet = mayShrink && load <= options.QuietLoad * ScaleOf(size.Now - 1);
        TimeSpan? busySince = isBusy ? before?.BusySince ?? now : null;
        TimeSpan? quietSince = isQuiet ? before?.QuietSince ?? now : null;
        SizeOrder? order =
            hasRoom && now - busySince >= options.GrowAfter ? Move(size.Now, size.Now + 1, "busy", load, options.GrowAfter)
            : now - quietSince >= options.ShrinkAfter ? Move(size.Now, size.Now - 1, "quiet", load, options.ShrinkAfter)
            : null;
        LoadMemory memory = order is null ? new(now, load, busySince, quietSince) : new(now, load, null, null);
        return (memory, order);
    }

    private static int ScaleOf(InstanceClass instanceClass) => ClassTable.SettingsOf(instanceClass).Scale;

    private double LoadOf(Demand demand) =>
        Math.Max(demand.Requests / (double)options.SmallRequests, (demand.Processors ?? 0) / options.SmallProcessors);

    private double Smooth(LoadMemory? before, double load, TimeSpan now)
    {
        if (before is not { } last || options.Smoothing == TimeSpan.Zero)
        {
            return load;
        }
        double part = 1 - Math.Exp(-((now - last.At) / options.Smoothing));
        return last.Load + ((load - last.Load) * part);
    }

    private static SizeOrder Move(InstanceClass from, InstanceClass to, string how, double load, TimeSpan time) =>
        new(
            from,
            to,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{how} for {time.TotalSeconds:0.###} s, load {load / ScaleOf(from):0.00} of a {InstanceClassWords.WordOf(from)} one"
            )
        );
}
