namespace Dormouse.Edge.Caching;

/// <summary>The loop that removes answers whose time is over and brings the statistics up to date.</summary>
internal sealed class CacheUpkeep(AnswerCache cache, CacheLedger ledger, TimeProvider timeProvider) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;

    public void Start() => loop = RunAsync();

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await loop;
    }

    public void Dispose() => stopping.Dispose();

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(cache.Options.SweepPeriod, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                cache.Sweep();
                ledger.Drain();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the edge.
        }
    }
}
