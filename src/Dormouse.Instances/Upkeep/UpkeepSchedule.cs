using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Upkeep;

/// <summary>
/// Sees to what is owed: one loop for all databases, which wakes a few at a time, and none while memory is tight. Nobody is billed for it: what
/// is billed passes a front door, and this does not.
/// </summary>
internal sealed partial class UpkeepSchedule(
    InstanceUpkeep upkeep,
    UpkeepOptions options,
    Func<DatabaseId, Instance?> find,
    Func<bool> isMemoryTight,
    TimeProvider time,
    ILogger logger
) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
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
        using var timer = new PeriodicTimer(options.BackgroundPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                await RoundAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The platform ends.
        }
    }

    private async Task RoundAsync()
    {
        List<Task> running = [];
        foreach (DatabaseId id in isMemoryTight() ? [] : upkeep.Owed.Take(options.AtOnceMax))
        {
            if (find(id) is { } instance)
            {
                running.Add(OneAsync(instance));
            }
            else
            {
                upkeep.Forget(id);
            }
        }
        await Task.WhenAll(running);
    }

    private async Task OneAsync(Instance instance)
    {
        try
        {
            await upkeep.InBackgroundAsync(instance, stop.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.Broke(logger, instance.Id, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3452, LogLevel.Error, "background upkeep of {Id} broke off")]
        public static partial void Broke(ILogger logger, DatabaseId id, Exception exception);
    }
}
