namespace Dormouse.Instances.Lifecycle;

/// <summary>One thing that is done over and over, a round at a time, from <see cref="Start"/> until it is stopped.</summary>
/// <param name="period">From the beginning of one round to the beginning of the next; a longer round puts off the next one.</param>
/// <param name="round">Does not throw.</param>
/// <param name="time">What tells the period.</param>
/// <param name="scheduler">On which the rounds run.</param>
internal sealed class Rounds(TimeSpan period, Action round, TimeProvider time, TaskScheduler scheduler) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task loop = Task.CompletedTask;

    public void Start() =>
        loop = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();

    /// <summary>Returns once no round runs and none will.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await loop;
    }

    public void Dispose() => stop.Dispose();

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                round();
            }
        }
        catch (OperationCanceledException)
        {
            // The platform ends.
        }
    }
}
