using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Sizes;

namespace Dormouse.Instances.Resources;

/// <summary>
/// Has those that take much processor time go out of the way of those that take little, as far as the host is short of it: one loop for all. There are two
/// ways to take much: by a server, and by the front door's work. In both cases the server yields (<see cref="YieldLevel"/>): by weight alone it would keep
/// the processor for milliseconds, and at every step of the others' requests. In the second its queries wait for each other at the front door as well
/// (<see cref="DatabaseLoad.TurnsMax"/>).
/// </summary>
internal sealed class YieldWatch(
    Func<IEnumerable<Instance>> running,
    YieldOptions options,
    Func<double> readBusy,
    FrontDoorShare frontDoor,
    DatabaseLoads loads,
    FreeProcessors free,
    TimeProvider time
) : IDisposable
{
    private readonly YieldPolicy policy = new(options);
    private readonly long began = time.GetTimestamp();
    private Rounds? rounds;
    private volatile int yielding;

    // The loop's own: who was seen running while the host was busy, or goes out of the way.
    private Dictionary<DatabaseId, Seen> seen = [];

    /// <summary>How many go out of the others' way now.</summary>
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
        TimeSpan workUnit = frontDoor.ReadUnit();
        Dictionary<DatabaseId, Seen> before = seen;
        seen = [];
        foreach (Instance instance in running())
        {
            if (LookAt(instance, before.GetValueOrDefault(instance.Id), isBusy, workUnit, now) is { } after)
            {
                seen[instance.Id] = after;
            }
        }
        yielding = seen.Values.Count(one => one.TakesMuch);
        TellAll(before);
    }

    /// <returns>Null for one of which nothing needs to be remembered.</returns>
    private Seen? LookAt(Instance instance, Seen? before, bool isBusy, TimeSpan workUnit, TimeSpan now)
    {
        if (instance.ReadProcessorTime() is not { } taken)
        {
            return null;
        }
        var reading = new ProcessorReading(taken.Pid, taken.Time, now);
        long work = loads.Of(instance.Id).Work;
        // Where there is enough for all, nobody takes too much.
        (double? server, double? frontDoorUsed) = (0, 0);
        if (isBusy)
        {
            // What is much for a small one is not for a large one.
            double scale = Math.Min(ClassTable.SettingsOf(instance.Size?.Now ?? InstanceClass.Small).Scale, options.ScaleMax);
            server = reading.Since(before?.Reading) / scale;
            frontDoorUsed = (work - before?.Work) * workUnit / (now - before?.Reading.At);
        }
        return new Seen(
            instance,
            reading,
            work,
            policy.Look(before?.Server, server, now),
            policy.Look(before?.FrontDoor, frontDoorUsed, now)
        );
    }

    private void TellAll(Dictionary<DatabaseId, Seen> before)
    {
        List<Seen> inUse = [.. seen.Values.Where(one => one.Instance.IdleFor < options.InUseFor)];
        // A processor is kept free for those who take little. Where nobody uses one it would lie idle.
        YieldLevel level = inUse.Exists(one => !one.TakesMuch) ? YieldLevel.Processors : YieldLevel.Turns;
        // Also those who do not run any more: they shall not begin like that when they wake.
        foreach (DatabaseId id in before.Keys.Union(seen.Keys))
        {
            Seen? after = seen.GetValueOrDefault(id);
            Seen last = after ?? before[id];
            bool yields = after is { TakesMuch: true };
            if (yields || before.GetValueOrDefault(id) is { TakesMuch: true })
            {
                // Also who was told before: another size, or another start, has made it forget.
                Tell(last.Instance, yields ? level : YieldLevel.None);
            }
            bool waits = after?.FrontDoor is not null && inUse.Exists(other => other != after);
            loads.Of(id).TurnsMax = waits ? free.Rest : 0;
        }
    }

    private static void Tell(Instance instance, YieldLevel level)
    {
        try
        {
            instance.Yield(level);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            // Its processes are ending.
        }
    }

    /// <param name="Instance">Whose.</param>
    /// <param name="Reading">Of its server.</param>
    /// <param name="Work">Of the front door for it.</param>
    /// <param name="Server">Null: its server does not take much.</param>
    /// <param name="FrontDoor">Null: neither does the front door for it.</param>
    private sealed record Seen(Instance Instance, ProcessorReading Reading, long Work, Yielding? Server, Yielding? FrontDoor)
    {
        public bool TakesMuch => Server is not null || FrontDoor is not null;
    }
}
