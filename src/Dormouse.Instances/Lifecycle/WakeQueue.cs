using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Those who wait for one instance to wake. The first one asks for the wake, the others share it; all get a lease or the same failure. The
/// number of waiters and the time of each are bounded. Thread-safe.
/// </summary>
internal sealed class WakeQueue(DatabaseId id, InstancesOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly HashSet<TaskCompletionSource<IInstanceLease>> waiters = [];

    // A wake that was asked for and has not ended: whoever comes shares it, also if all who came before have given up.
    private bool isAsked;

    /// <param name="tryEnter">Tried once more before waiting: the wake may have ended a moment ago.</param>
    /// <param name="askForWake">Called unless a wake is under way; returns why no more wakes are taken, or null.</param>
    public async ValueTask<IInstanceLease> EnterAsync(
        Func<IInstanceLease?> tryEnter,
        Func<DormouseException?> askForWake,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new TaskCompletionSource<IInstanceLease>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (tryEnter() is { } lease)
            {
                return lease;
            }
            if (waiters.Count >= options.WaitersMax)
            {
                throw WakeFailures.TooManyWaiters(id, options.WaitersMax);
            }
            if (!isAsked && askForWake() is { } refused)
            {
                throw refused;
            }
            isAsked = true;
            waiters.Add(waiter);
        }
        try
        {
            return await waiter.Task.WaitAsync(options.WakeTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (gate)
            {
                waiters.Remove(waiter);
            }
            if (!waiter.TrySetCanceled(CancellationToken.None) && waiter.Task.IsCompletedSuccessfully)
            {
                // It was let in at the very moment at which it gave up.
                (await waiter.Task).Dispose();
            }
            if (exception is TimeoutException)
            {
                throw WakeFailures.WakeTimedOut(id, options.WakeTimeout);
            }
            throw;
        }
    }

    /// <summary>Opens the generation and lets everybody in, in one step, so that nobody's turn can fall to a freeze in between.</summary>
    public void Admit(Generation generation)
    {
        using Generation.Lease hold = generation.OpenAndEnter();
        foreach (TaskCompletionSource<IInstanceLease> waiter in TakeAll())
        {
            Generation.Lease lease = generation.TryEnter()!;
            if (!waiter.TrySetResult(lease))
            {
                lease.Dispose();
            }
        }
    }

    public void FailAll(Func<DatabaseId, DormouseException> failure)
    {
        foreach (TaskCompletionSource<IInstanceLease> waiter in TakeAll())
        {
            waiter.TrySetException(failure(id));
        }
    }

    /// <summary>True if nobody waits any more. Then the next to come asks for a wake of his own.</summary>
    public bool IsOver()
    {
        lock (gate)
        {
            isAsked &= waiters.Count > 0;
            return !isAsked;
        }
    }

    private List<TaskCompletionSource<IInstanceLease>> TakeAll()
    {
        lock (gate)
        {
            isAsked = false;
            List<TaskCompletionSource<IInstanceLease>> all = [.. waiters];
            waiters.Clear();
            return all;
        }
    }
}
