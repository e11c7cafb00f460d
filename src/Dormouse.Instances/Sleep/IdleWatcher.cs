using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Process;
using Dormouse.Instances.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Sleep;

/// <summary>
/// Puts idle instances to sleep: one loop for all of them, which reads two numbers of each and asks those that are due. Whether an instance may
/// sleep is decided by its own writer, at that moment: the watcher only proposes. Pinned instances are not watched.
/// </summary>
internal sealed partial class IdleWatcher(InstanceLifecycle lifecycle, InstancesOptions options, TimeProvider time, ILogger logger)
    : IDisposable
{
    // An instance sleeps at most a twentieth later than it could, and no one looks more often than ten times a second.
    private const int ChecksPerFreezeTime = 20;
    private static readonly TimeSpan CheckPeriodMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CheckPeriodMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogCheckPeriod = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<DatabaseId> asked = [];
    private Task loop = Task.CompletedTask;

    public void Start() => loop = Task.Run(RunAsync);

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await loop;
    }

    public void Dispose() => stop.Dispose();

    private async Task RunAsync()
    {
        TimeSpan period = options.FreezeAfter / ChecksPerFreezeTime;
        period = period < CheckPeriodMin ? CheckPeriodMin : period;
        period = period > CheckPeriodMax ? CheckPeriodMax : period;
        using var timer = new PeriodicTimer(period, time);
        long logsChecked = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                bool logsDue = time.GetElapsedTime(logsChecked) > LogCheckPeriod;
                foreach (Instance instance in lifecycle.Watched)
                {
                    Look(instance);
                }
                if (logsDue)
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

    private void Look(Instance instance)
    {
        if (instance.IdleFor is not { } idle)
        {
            return;
        }
        Task? sleep =
            idle >= options.StopAfter ? AskOnce(instance, () => instance.StopAsync(options.StopAfter))
            : idle >= options.FreezeAfter && instance.Phase == InstancePhase.Running
                ? AskOnce(instance, () => instance.FreezeAsync(options.FreezeAfter))
            : null;
        _ = sleep;
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
        foreach (InstanceStatus status in lifecycle.List())
        {
            try
            {
                BoundedLog.Trim(lifecycle.Existing(status.Id).LogPath);
            }
            catch (Exception exception) when (exception is IOException or DormouseException)
            {
                Log.LogNotTrimmed(logger, status.Id, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3420, LogLevel.Error, "{Id} could not be put to sleep")]
        public static partial void NotAsleep(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3421, LogLevel.Warning, "The log of {Id} could not be cut: {Reason}")]
        public static partial void LogNotTrimmed(ILogger logger, DatabaseId id, string reason);
    }
}
