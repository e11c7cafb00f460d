using Dormouse.Contracts;
using Npgsql;

namespace Dormouse.Control.Store;

/// <summary>Whether the control store answers. One question at a time, and its answer is good for a while. Thread-safe.</summary>
internal sealed class StoreProbe(ControlStore store, ControlOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private Task<bool>? last;
    private long askedAt;

    public ValueTask<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (last is null || (last.IsCompleted && time.GetElapsedTime(askedAt) >= options.StoreProbeAge))
            {
                askedAt = time.GetTimestamp();
                // Not under the lock, and not cancelled with whoever asked first.
                last = Task.Run(AskAsync, CancellationToken.None);
            }
            return new ValueTask<bool>(last.IsCompleted ? last : last.WaitAsync(cancellationToken));
        }
    }

    private async Task<bool> AskAsync()
    {
        using var limit = new CancellationTokenSource(options.StoreProbeTimeout, time);
        try
        {
            await store.RunAsync((connection, token) => connection.ScalarAsync("select 1", [], token), limit.Token);
            return true;
        }
        catch (Exception exception)
            when (exception is DormouseException or NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }
}
