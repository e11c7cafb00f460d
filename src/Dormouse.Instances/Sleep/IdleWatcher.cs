using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Sleep;

/// <summary>
/// Puts idle instances to sleep: one loop for all of them, which reads two numbers of each and the host's memory, and asks those that
/// <see cref="SleepPolicy"/> names. Whether an instance may sleep is decided by its own writer, at that moment: the watcher only proposes. Those that
/// sleep already are looked at more seldom, unless memory is tight. Pinned instances are not watched.
/// </summary>
internal sealed partial class IdleWatcher(InstanceSet instances, Surroundings around, IMemoryGauge gauge, ILogger logger) : IDisposable
{
    // An instance sleeps, or sleeps deeper, at most a twentieth later than it could, and no one looks more often than ten times a second.
    private const int ChecksPerSleepTime = 20;
    private static readonly TimeSpan CheckPeriodMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CheckPeriodMax = TimeSpan.FromSeconds(1);

    // To look at thousands of sleepers each second took most of what the platform takes at rest.
    private static readonly TimeSpan SleepersPeriodMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LogCheckPeriod = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<DatabaseId> asked = [];
    private readonly InstancesOptions options = around.Options;
    private readonly TimeProvider time = around.Time;
    private readonly SleepPolicy policy = new(around.Options);
    private readonly TimeSpan sleepersPeriod = PeriodFor(Least(around.Options.ReclaimAfter, around.Options.StopAfter), SleepersPeriodMax);
    private Task loop = Task.CompletedTask;

    // The loop's own: when the sleepers were looked at; null until they were.
    private long? sleepersSeen;

    /// <summary>What is done for an instance before it is asked to sleep, where memory leaves the time.</summary>
    public Func<Instance, CancellationToken, Task> BeforeSleep { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>As it was found last.</summary>
    public MemoryPressure Pressure { get; private set; }

    public void Start() =>
        loop = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, around.Scheduler).Unwrap();

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await loop;
    }

    public void Dispose() => stop.Dispose();

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(PeriodFor(options.FreezeAfter, CheckPeriodMax), time);
        long logsChecked = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                Look();
                if (time.GetElapsedTime(logsChecked) > LogCheckPeriod)
                {
                    logsChecked = time.GetTimestamp();
                    TrimLogs();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The platform ends.
        }
    }

    /// <summary>One round.</summary>
    public void Look()
    {
        HostMemory memory = gauge.Read();
        MemoryPressure pressure = policy.PressureOf(memory, options.MemoryBudgetBytes is null ? null : gauge.InstanceBytes);
        if (pressure != Pressure)
        {
            Log.PressureChanged(logger, pressure, memory.AvailableBytes >> 20, memory.Stall);
            Pressure = pressure;
        }
        foreach (SleepOrder<Instance> order in policy.Choose(Watched(pressure), pressure, policy.StepsAt(memory), gauge.CanReclaim(memory)))
        {
            _ = AskOnce(order.Instance, () => AskForAsync(order));
        }
    }

    private IEnumerable<Sleeper<Instance>> Watched(MemoryPressure pressure)
    {
        bool withSleepers = pressure != MemoryPressure.None || sleepersSeen is not { } seen || time.GetElapsedTime(seen) >= sleepersPeriod;
        if (withSleepers)
        {
            sleepersSeen = time.GetTimestamp();
        }
        foreach (Instance instance in withSleepers ? instances.All : instances.Running)
        {
            // What was asked already is on its way and must not take the place of another.
            if (instance.IdleFor is { } idle && !instances.IsPinned(instance.Id) && !IsAsked(instance.Id))
            {
                bool waits = instance.Size is { IsPending: true };
                yield return new Sleeper<Instance>(instance, instance.Phase, idle, instance.BackFor, waits);
            }
        }
    }

    private async Task AskForAsync(SleepOrder<Instance> order)
    {
        if (Pressure == MemoryPressure.None)
        {
            await BeforeSleep(order.Instance, stop.Token);
        }
        Task asleep = order.Depth switch
        {
            SleepDepth.Frozen => order.Instance.FreezeAsync(order.IdleAtLeast, order.Reason),
            SleepDepth.Reclaimed => order.Instance.ReclaimAsync(order.IdleAtLeast, order.Reason),
            _ => order.Instance.StopAsync(order.IdleAtLeast, order.Reason),
        };
        await asleep;
    }

    private static TimeSpan PeriodFor(TimeSpan sleepTime, TimeSpan most) =>
        TimeSpan.FromTicks(Math.Clamp((sleepTime / ChecksPerSleepTime).Ticks, CheckPeriodMin.Ticks, most.Ticks));

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private bool IsAsked(DatabaseId id)
    {
        lock (asked)
        {
            return asked.Contains(id);
        }
    }

    private Task? AskOnce(Instance instance, Func<Task> ask)
    {
        lock (asked)
        {
            return asked.Add(instance.Id) ? AskAsync(instance.Id, ask) : null;
        }
    }

    private async Task AskAsync(DatabaseId id, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (DormouseException exception) when (exception.Kind is FailureKind.Conflict or FailureKind.NotFound)
        {
            // Somebody came, or it is gone: then it shall not sleep.
        }
        catch (OperationCanceledException)
        {
            // The platform ends.
        }
        catch (Exception exception)
        {
            Log.NotAsleep(logger, id, exception);
        }
        finally
        {
            lock (asked)
            {
                asked.Remove(id);
            }
        }
    }

    private void TrimLogs()
    {
        foreach (Instance instance in instances.All.Where(instance => instance.IsThere))
        {
            try
            {
                around.Driver.TrimLog(instance.Id);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.LogNotTrimmed(logger, instance.Id, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3420, LogLevel.Error, "{Id} could not be put to sleep")]
        public static partial void NotAsleep(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(
            3422,
            LogLevel.Information,
            "memory is {Pressure}: {AvailableMebibytes} MiB available, waited for {Stall:0.00} of the time"
        )]
        public static partial void PressureChanged(ILogger logger, MemoryPressure pressure, long availableMebibytes, double stall);

        [LoggerMessage(3421, LogLevel.Warning, "The log of {Id} could not be cut: {Reason}")]
        public static partial void LogNotTrimmed(ILogger logger, DatabaseId id, string reason);
    }
}
