using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sleep;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Sizes;

/// <summary>
/// Moves databases between classes by their load: one loop for all. It looks at those that may move, and asks those that <see cref="SizePolicy"/>
/// names; whether they do is decided by each one's own writer, at that moment. Of one that sleeps in its smallest class it remembers
/// nothing. What it remembers ends with the platform: the next one begins to count anew.
/// </summary>
internal sealed partial class SizeWatch(
    Func<IEnumerable<Instance>> instances,
    InstancesOptions options,
    IMemoryGauge gauge,
    Func<MemoryPressure> pressure,
    TimeProvider time,
    TaskScheduler scheduler,
    ILogger logger
) : IDisposable
{
    private readonly SizeOptions sizes = options.Sizes;
    private readonly SizePolicy policy = new(options.Sizes);
    private readonly long began = time.GetTimestamp();

    // The loop's own.
    private Dictionary<DatabaseId, Seen> seen = [];
    private Rounds? rounds;

    public void Start()
    {
        rounds = new Rounds(sizes.LookPeriod, Look, time, scheduler);
        rounds.Start();
    }

    public Task StopAsync() => rounds?.StopAsync() ?? Task.CompletedTask;

    public void Dispose() => rounds?.Dispose();

    /// <summary>One round.</summary>
    public void Look()
    {
        TimeSpan now = time.GetElapsedTime(began);
        var still = new Dictionary<DatabaseId, Seen>();
        int growths = sizes.GrowthsPerLook;
        // Read where somebody may grow, once.
        long? available = null;
        foreach (Instance instance in instances())
        {
            if (instance.Size is not { } size || !MayMove(instance, size))
            {
                continue;
            }
            Seen? before = seen.GetValueOrDefault(instance.Id);
            (ProcessorReading? reading, Demand demand) = Read(instance, before?.Reading, now);
            bool hasRoom = growths > 0 && size.Now < size.Most && HasRoom(size.Now, available ??= gauge.Read().AvailableBytes);
            (LoadMemory memory, SizeOrder? order) = policy.Look(before?.Memory, size, demand, now, hasRoom);
            still[instance.Id] = new Seen(memory, reading);
            if (order is not null)
            {
                growths -= order.To > order.From ? 1 : 0;
                _ = MoveAsync(instance, order);
            }
        }
        seen = still;
    }

    private static bool MayMove(Instance instance, InstanceSize size) =>
        size.Now > size.Least || (size.Now < size.Most && instance.Phase == InstancePhase.Running);

    /// <summary>Growing is for when the host has memory to spare: no pressure, and as much available as the next class may take more.</summary>
    private bool HasRoom(InstanceClass now, long available)
    {
        long more = options.MemoryMaxBytes * (ClassTable.SettingsOf(now + 1).Scale - ClassTable.SettingsOf(now).Scale);
        return pressure() == MemoryPressure.None && available >= more;
    }

    private static (ProcessorReading? Reading, Demand Demand) Read(Instance instance, ProcessorReading? before, TimeSpan now)
    {
        if (instance.Phase != InstancePhase.Running)
        {
            return (null, Demand.None);
        }
        ProcessorReading? reading = instance.ReadProcessorTime() is { } taken ? new ProcessorReading(taken.Pid, taken.Time, now) : null;
        return (reading, new Demand(instance.Leases, reading?.Since(before)));
    }

    private async Task MoveAsync(Instance instance, SizeOrder order)
    {
        try
        {
            // Another wish may have come before.
            await instance.ResizeAsync(
                size => size.Now == order.From ? size with { Now = size.Range.Nearest(order.To) } : size,
                order.Reason
            );
        }
        catch (DormouseException)
        {
            // It is gone, or the platform ends.
        }
        catch (Exception exception)
        {
            Log.NotMoved(logger, instance.Id, exception);
        }
    }

    private sealed record Seen(LoadMemory Memory, ProcessorReading? Reading);

    private static partial class Log
    {
        [LoggerMessage(3480, LogLevel.Error, "{Id} could not be moved to another class")]
        public static partial void NotMoved(ILogger logger, DatabaseId id, Exception exception);
    }
}
