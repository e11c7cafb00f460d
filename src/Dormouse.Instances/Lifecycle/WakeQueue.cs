using Dormouse.Contracts;
using Dormouse.Instances.Upgrades;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Those who wait for one instance to wake. The first one asks for the wake, the others share it; all get a lease or the same failure, in the order in
/// which they came. The number of waiters and the time of each are bounded. Thread-safe.
/// </summary>
internal sealed class WakeQueue(DatabaseId id, InstancesOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Waiter> waiters = new();

    // A wake that was asked for and has not ended: whoever comes shares it, also if all who came before have given up.
    private bool isAsked;
    private bool isForUpgrade;

    /// <summary>What they wait for, so that whoever waits too long is told.</summary>
    public bool IsForUpgrade
    {
        get => Volatile.Read(ref isForUpgrade);
        set => Volatile.Write(ref isForUpgrade, value);
    }

    /// <param name="tryEnter">Tried once more before waiting: the wake may have ended a moment ago.</param>
    /// <param name="askForWake">Called unless a wake is under way; returns why no more wakes are taken, or null.</param>
    /// <param name="cancellationToken">Whoever waits gives up.</param>
    public async ValueTask<IInstanceLease> EnterAsync(
        Func<IInstanceLease?> tryEnter,
        Func<DormouseException?> askForWake,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter();
        LinkedListNode<Waiter> place;
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
            place = waiters.AddLast(waiter);
        }
        // The first of all that may end the wait decides: who gives up at the moment at which he is let in either has the lease or never had it.
        using CancellationTokenRegistration givingUp = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).TrySetCanceled(token),
            waiter
        );
        await using ITimer timer = time.CreateTimer(
            _ => waiter.TrySetException(TimedOut()),
            null,
            options.WakeTimeout,
            Timeout.InfiniteTimeSpan
        );
        try
        {
            return await waiter.Task;
        }
        finally
        {
            Leave(place);
        }
    }

    /// <summary>Opens the generation and lets everybody in, in one step, so that nobody's turn can fall to a freeze in between.</summary>
    public void Admit(Generation generation)
    {
        using Generation.Lease hold = generation.OpenAndEnter();
        foreach (Waiter waiter in TakeAll())
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
        foreach (Waiter waiter in TakeAll())
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

    private void Leave(LinkedListNode<Waiter> place)
    {
        lock (gate)
        {
            if (place.List is not null)
            {
                waiters.Remove(place);
            }
        }
    }

    private List<Waiter> TakeAll()
    {
        lock (gate)
        {
            isAsked = false;
            List<Waiter> all = [.. waiters];
            waiters.Clear();
            return all;
        }
    }

    private DormouseException TimedOut() =>
        IsForUpgrade ? UpgradeFailures.UnderWay(id) : WakeFailures.WakeTimedOut(id, options.WakeTimeout);

    private sealed class Waiter() : TaskCompletionSource<IInstanceLease>(TaskCreationOptions.RunContinuationsAsynchronously);
}
