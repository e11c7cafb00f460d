using Dormouse.Contracts;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// The tier's begin, its loop, which writes what waits within the rate that the disk is to be spared, and its end, at which what is in
/// memory is written as far as time allows.
/// </summary>
internal sealed class DiskUpkeep(AnswerCache cache, DiskCache disk, SecretBox secrets, TimeProvider timeProvider) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;

    public void Start()
    {
        disk.Open(secrets);
        loop = Task.Run(RunAsync);
    }

    /// <summary>After all who could still change the cache have stopped.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await loop;
        await Task.Run(() =>
        {
            long began = timeProvider.GetTimestamp();
            WriteSome();
            cache.OfferAll(again: true, WriteSome);
            disk.Close();

            bool WriteSome()
            {
                bool hasTime = timeProvider.GetElapsedTime(began) < disk.Options.StopTime;
                return hasTime && disk.Write(long.MaxValue) >= 0;
            }
        });
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        long offeredAt = timeProvider.GetTimestamp();
        long bytesPerTick = (long)(disk.Options.MaxWrittenBytesPerSecond * Tick.TotalSeconds);
        using var timer = new PeriodicTimer(Tick, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                if (timeProvider.GetElapsedTime(offeredAt) >= disk.Options.OfferPeriod)
                {
                    offeredAt = timeProvider.GetTimestamp();
                    cache.OfferAll(again: false, () => disk.Size.QueuedBytes < disk.Options.MaxQueuedBytes / 2);
                }
                disk.Write(bytesPerTick);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the edge.
        }
    }
}
