using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Sizes;

namespace Dormouse.Instances.Resources;

/// <summary>
/// Has those that take much processor time yield to those that take little, as far as the host is short of it: one loop for all. Who yields runs
/// whenever no other instance wants to, and is interrupted at once when one does, where by weight alone it would keep the processor for the rest of its
/// slice: milliseconds, and at every step of the other's request. The platform itself and what else is on the host are not concerned.
/// </summary>
internal sealed class YieldWatch(Func<IEnumerable<Instance>> instances, YieldOptions options, Func<double> readBusy, TimeProvider time)
    : IDisposable
{
    private readonly YieldPolicy policy = new(options);
    private readonly long began = time.GetTimestamp();
    private Rounds? rounds;
    private volatile int yielding;

    // The loop's own: who was seen running while the host was busy, or yields.
    private Dictionary<DatabaseId, Seen> seen = [];

    /// <summary>How many yield now.</summary>
    public int Count => yielding;

    public void Start(TaskScheduler scheduler)
    {
        rounds = new Rounds(options.LookPeriod, Look, time, scheduler);
        rounds.Start();
    }

    public Task StopAsync() => rounds?.StopAsync() ?? Task.CompletedTask;

    public void Dispose() => rounds?.Dispose();

    /// <summary>One round.</summary>
    public void Look()
    {
        // Half of it once somebody yields: with one processor of two kept free for the others the host is half busy at most.
        bool isBusy = readBusy() >= (yielding == 0 ? options.BusyHost : options.BusyHost / 2);
        if (!isBusy && yielding == 0)
        {
            seen.Clear();
            return;
        }
        TimeSpan now = time.GetElapsedTime(began);
        var still = new Dictionary<DatabaseId, Seen>();
        List<Instance> all = [.. instances()];
        foreach (Instance instance in all)
        {
            if (LookAt(instance, seen.GetValueOrDefault(instance.Id), isBusy, now) is { } after)
            {
                still[instance.Id] = after;
            }
        }
        yielding = still.Values.Count(one => one.Yielding is not null);
        // A processor is kept free for those who are awake and take little. Where there are none it would lie idle.
        YieldLevel level = yielding < still.Count ? YieldLevel.Processors : YieldLevel.Turns;
        foreach (Instance instance in all)
        {
            bool yieldedBefore = seen.GetValueOrDefault(instance.Id)?.Yielding is not null;
            Tell(instance, yieldedBefore, still.GetValueOrDefault(instance.Id)?.Yielding is not null ? level : YieldLevel.None);
        }
        seen = still;
    }

    /// <returns>Null for one of which nothing needs to be remembered.</returns>
    private Seen? LookAt(Instance instance, Seen? before, bool isBusy, TimeSpan now)
    {
        if (instance.ReadProcessorTime() is not { } taken)
        {
            return null;
        }
        var reading = new ProcessorReading(taken.Pid, taken.Time, now);
        // Where there is enough for all, nobody takes too much; and what is much for a small one is not for a large one.
        double scale = Math.Min(ClassTable.SettingsOf(instance.Size?.Now ?? InstanceClass.Small).Scale, options.ScaleMax);
        double? used = isBusy ? reading.Since(before?.Reading) / scale : 0;
        return new Seen(reading, policy.Look(before?.Yielding, used, now));
    }

    private static void Tell(Instance instance, bool yieldedBefore, YieldLevel level)
    {
        if (!yieldedBefore && level == YieldLevel.None)
        {
            return;
        }
        try
        {
            // Also who was told before: another size, or another start, has made it forget.
            instance.Yield(level);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            // Its processes are ending.
        }
    }

    private sealed record Seen(ProcessorReading Reading, Yielding? Yielding);
}
