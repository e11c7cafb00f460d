using Dormouse.Contracts;

namespace Dormouse.Edge.Limits;

/// <summary>
/// The queries of one database, of which a few go at a time, in the order in which they came. A turn lasts until its answer is there, or for a few
/// milliseconds: who is longer about it waits for the database and takes nothing from others.
/// </summary>
internal sealed class TurnLane(DatabaseLoad load, TimeSpan turnTime, TimeProvider timeProvider)
{
    private readonly Lock changing = new();
    private readonly List<Turn> turns = [];
    private readonly Queue<TaskCompletionSource<Turn?>> waiting = new();
    private bool isWatched;

    public ValueTask<Turn?> TakeAsync(CancellationToken clientGone)
    {
        TaskCompletionSource<Turn?> waiter;
        lock (changing)
        {
            EndOverdue();
            if (waiting.Count == 0 && HasRoom)
            {
                Turn turn = new(this, timeProvider.GetTimestamp());
                turns.Add(turn);
                return new ValueTask<Turn?>(turn);
            }
            waiter = new TaskCompletionSource<Turn?>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(waiter);
            if (!isWatched)
            {
                isWatched = true;
                _ = WatchAsync();
            }
        }
        return WaitAsync(waiter, clientGone);
    }

    // None is needed any more once the host says so, and those who wait go at once.
    private bool HasRoom => load.TurnsMax is var max && (max == 0 || turns.Count < max);

    private static async ValueTask<Turn?> WaitAsync(TaskCompletionSource<Turn?> waiter, CancellationToken clientGone)
    {
        // Whoever is gone keeps its place in the queue until it is its turn, and takes none then.
        using CancellationTokenRegistration gone = clientGone.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<Turn?>)state!).TrySetCanceled(token),
            waiter
        );
        return await waiter.Task;
    }

    /// <summary>As long as somebody waits: ends turns that take too long, and notices that there are more of them now.</summary>
    private async Task WatchAsync()
    {
        bool isNeeded = true;
        while (isNeeded)
        {
            await Task.Delay(turnTime, timeProvider);
            lock (changing)
            {
                EndOverdue();
                Admit();
                isNeeded = isWatched = waiting.Count > 0;
            }
        }
    }

    private void End(Turn turn)
    {
        lock (changing)
        {
            turns.Remove(turn);
            Admit();
        }
    }

    private void EndOverdue() => turns.RemoveAll(turn => timeProvider.GetElapsedTime(turn.Began) >= turnTime);

    private void Admit()
    {
        while (waiting.Count > 0 && HasRoom)
        {
            Turn turn = new(this, timeProvider.GetTimestamp());
            if (waiting.Dequeue().TrySetResult(turn))
            {
                turns.Add(turn);
            }
        }
    }

    /// <summary>Of one request.</summary>
    internal sealed class Turn(TurnLane lane, long began) : IDisposable
    {
        public long Began => began;

        public void Dispose() => lane.End(this);
    }
}
