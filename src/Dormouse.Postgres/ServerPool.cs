using Dormouse.Postgres.Pooling;
using Dormouse.Postgres.Wire;

namespace Dormouse.Postgres;

/// <summary>
/// The server connections of one instance generation or one attached server: bounded, handed out in the order of asking, the warmest
/// idle one first. It has no thread and no timer of its own (timers exist for callers who wait, and for idle connections where these
/// are to be closed), so thousands of pools of sleeping databases cost only their memory, and an idle connection stays open however
/// long its server is frozen.
/// <para>
/// <see cref="RentAsync"/> completes at once when a connection is idle, opens one (outside the lock) while there are fewer than
/// <see cref="PoolOptions.ConnectionsMax"/>, and else waits in a queue. A returned connection goes straight to the longest waiter, so
/// nobody overtakes. The end of waiting has three forms: <see cref="OperationCanceledException"/> (the caller's token), DM5011
/// (WaitTimeout), DM5012 (the pool was closed). Dispose it when the generation ends; rented connections close as they come back.
/// </para>
/// </summary>
/// <remarks>Invariant: open = rented + idle + being opened, and never above ConnectionsMax; while anyone waits, nothing is idle.</remarks>
public sealed class ServerPool : IAsyncDisposable
{
    private readonly ServerLogin login;
    private readonly PoolOptions options;
    private readonly TimeProvider timeProvider;
    private readonly Lock gate = new();
    private readonly Stack<PoolSlot> idle = new();
    private readonly LinkedList<PoolWaiter> waiters = new();
    private readonly OpenPause pause;
    private readonly IdleSweep sweep;
    private int open;
    private int opening;
    private bool closed;

    public ServerPool(ServerLogin login, PoolOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(login);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ConnectionsMax, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.WaitersMax, nameof(options));
        this.login = login;
        this.options = options;
        this.timeProvider = timeProvider;
        pause = new OpenPause(options.OpenPauseMax, timeProvider);
        sweep = new IdleSweep(options.IdleTimeout, timeProvider, CloseLongIdle);
    }

    public PoolCounts Counts
    {
        get
        {
            lock (gate)
            {
                return CountsUnderLock();
            }
        }
    }

    /// <summary>Rents a connection. Dispose what it returns, in any case.</summary>
    /// <exception cref="ServerConnectionException">DM5011 waited too long, DM5012 closed, DM5013 too many wait, or opening failed.</exception>
    /// <exception cref="PostgresException">The server refused a new connection.</exception>
    public ValueTask<PooledConnection> RentAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PoolWaiter? waiter = null;
        while (true)
        {
            PoolSlot? found;
            lock (gate)
            {
                if (closed)
                {
                    throw WireFault.PoolClosed(login);
                }
                if (!idle.TryPop(out found))
                {
                    waiter = TakePlace() ? null : Enqueue();
                }
            }
            if (found is null)
            {
                return waiter is null ? OpenAsync(cancellationToken) : WaitAsync(waiter, cancellationToken);
            }
            if (IsUsable(found.Connection))
            {
                return ValueTask.FromResult(new PooledConnection(found, found.Rent()));
            }
            Close(found);
        }
    }

    /// <summary>Closes all idle connections; rented ones stay.</summary>
    public ValueTask CloseIdleAsync()
    {
        foreach (PoolSlot slot in TakeIdle(0))
        {
            Close(slot);
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Closes idle connections but for the warmest few, and waits until the server has ended their sessions, at most for
    /// <paramref name="limit"/>. For a server that is about to freeze: what it has not ended by then keeps its memory.
    /// </summary>
    public Task ShrinkAsync(int kept, TimeSpan limit) => Task.WhenAll(TakeIdle(kept).Select(slot => SeeOffAsync(slot, limit)));

    /// <summary>Closes the pool: waiters fail, idle connections close, rented ones close when they are returned.</summary>
    public ValueTask DisposeAsync()
    {
        PoolWaiter[] waiting;
        lock (gate)
        {
            closed = true;
            sweep.Dispose();
            waiting = [.. waiters];
            waiters.Clear();
        }
        foreach (PoolWaiter waiter in waiting)
        {
            waiter.TrySetException(WireFault.PoolClosed(login));
        }
        return CloseIdleAsync();
    }

    internal ValueTask ReturnAsync(PoolSlot slot, long rental)
    {
        if (!slot.TryEnd(rental))
        {
            return ValueTask.CompletedTask;
        }
        ServerConnection connection = slot.Connection;
        if (connection.IsBroken || connection.IsBusy || connection.Transaction != TransactionStatus.Idle)
        {
            Close(slot);
            return ValueTask.CompletedTask;
        }
        if (connection.SessionChanged)
        {
            return ResetAndReturnAsync(slot);
        }
        HandOnOrClose(slot);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Counts one more connection, to be opened. False: wait for one of those that are there, since the server would not take another.
    /// Throws what ails it where there is none.
    /// </summary>
    private bool TakePlace()
    {
        if (open >= options.ConnectionsMax)
        {
            return false;
        }
        if (pause.Failure is { } away)
        {
            return open > opening ? false : throw away;
        }
        open++;
        opening++;
        pause.Begin();
        return true;
    }

    private PoolWaiter Enqueue()
    {
        if (waiters.Count >= options.WaitersMax)
        {
            throw WireFault.PoolQueueFull(login, options);
        }
        var waiter = new PoolWaiter();
        waiters.AddLast(waiter);
        return waiter;
    }

    private async ValueTask<PooledConnection> WaitAsync(PoolWaiter waiter, CancellationToken cancellationToken)
    {
        PoolSlot? slot;
        try
        {
            slot = await waiter.Task.WaitAsync(options.WaitTimeout, timeProvider, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            PoolCounts counts = LeaveQueue(waiter);
            throw e is TimeoutException ? WireFault.PoolTimedOut(login, options, counts) : e;
        }
        return slot is null ? await OpenAsync(cancellationToken) : new PooledConnection(slot, slot.Rent());
    }

    /// <summary>Takes a caller who gave up out of the queue. If its turn came at that very moment, the turn is passed on.</summary>
    private PoolCounts LeaveQueue(PoolWaiter waiter)
    {
        bool removed;
        PoolCounts counts;
        lock (gate)
        {
            counts = CountsUnderLock();
            removed = waiters.Remove(waiter);
        }
        if (!removed && waiter.Task.IsFaulted)
        {
            _ = waiter.Task.Exception; // the pool was closed at that moment; the caller has a failure already
        }
        else if (!removed)
        {
            if (waiter.Task.Result is { } slot)
            {
                HandOnOrClose(slot);
            }
            else
            {
                lock (gate)
                {
                    opening--;
                    PassPlaceOn();
                }
            }
        }
        return counts;
    }

    /// <summary>Opens a connection in a place that is already counted.</summary>
    private async ValueTask<PooledConnection> OpenAsync(CancellationToken cancellationToken)
    {
        ServerConnection connection;
        try
        {
            connection = await ServerConnection.OpenAsync(login, options.Connection, cancellationToken);
        }
        catch (Exception failure)
        {
            if (GiveUpPlace(failure) is { } others)
            {
                return await WaitAsync(others, cancellationToken);
            }
            throw;
        }
        lock (gate)
        {
            opening--;
            pause.Succeeded();
        }
        var slot = new PoolSlot(this, connection);
        var rented = new PooledConnection(slot, slot.Rent());
        bool tooLate;
        lock (gate)
        {
            tooLate = closed;
        }
        if (tooLate)
        {
            await rented.DisposeAsync();
            throw WireFault.PoolClosed(login);
        }
        return rented;
    }

    private async ValueTask ResetAndReturnAsync(PoolSlot slot)
    {
        try
        {
            // The command's own bounds apply; the returner has gone on and has no token for this.
            await slot.Connection.ResetSessionAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is PostgresException or ServerConnectionException)
        {
            Close(slot);
            return;
        }
        HandOnOrClose(slot);
    }

    /// <summary>Gives a connection to the longest waiter, else to the idle ones. False when the pool is closed.</summary>
    private bool HandOn(PoolSlot slot)
    {
        lock (gate)
        {
            if (closed)
            {
                return false;
            }
            while (waiters.First is { } first)
            {
                waiters.RemoveFirst();
                if (first.Value.TrySetResult(slot))
                {
                    return true;
                }
            }
            slot.IdleSince = timeProvider.GetTimestamp();
            idle.Push(slot);
            sweep.Arm();
            return true;
        }
    }

    private void HandOnOrClose(PoolSlot slot)
    {
        if (!HandOn(slot))
        {
            Close(slot);
        }
    }

    /// <summary>Takes all idle connections out of the pool but for the warmest few.</summary>
    private PoolSlot[] TakeIdle(int kept)
    {
        lock (gate)
        {
            // The newest come first.
            PoolSlot[] all = [.. idle];
            idle.Clear();
            foreach (PoolSlot slot in all.Take(kept).Reverse())
            {
                idle.Push(slot);
            }
            return [.. all.Skip(kept)];
        }
    }

    private async Task SeeOffAsync(PoolSlot slot, TimeSpan limit)
    {
        await slot.Connection.CloseAndSeeOffAsync(limit);
        GiveUpPlace();
    }

    private void Close(PoolSlot slot)
    {
        slot.Connection.Close();
        GiveUpPlace();
    }

    /// <summary>
    /// A connection could not be opened. If the server is full and others of ours are open, the caller queues for one of those; if it is
    /// away, nobody who waits would fare better, and all of them are told.
    /// </summary>
    private PoolWaiter? GiveUpPlace(Exception failure)
    {
        lock (gate)
        {
            opening--;
            pause.Failed(failure);
            if (pause.Failure is null)
            {
                PassPlaceOn();
                return null;
            }
            open--;
            if (open > 0 && failure is PostgresException { SqlState: SqlState.TooManyConnections })
            {
                return Enqueue();
            }
            while (open == 0 && waiters.First is { } first)
            {
                waiters.RemoveFirst();
                first.Value.TrySetException(pause.Failure ?? failure);
            }
            return null;
        }
    }

    /// <summary>One connection less: the longest waiter may open another in its place.</summary>
    private void GiveUpPlace()
    {
        lock (gate)
        {
            PassPlaceOn();
        }
    }

    // Called under the lock.
    private void PassPlaceOn()
    {
        while (waiters.First is { } first)
        {
            waiters.RemoveFirst();
            if (first.Value.TrySetResult(null))
            {
                opening++;
                return;
            }
        }
        open--;
    }

    private void CloseLongIdle()
    {
        PoolSlot[] due;
        lock (gate)
        {
            // The newest come first, so all from the first that is due on are due.
            PoolSlot[] all = [.. idle];
            int kept = Array.FindIndex(all, sweep.IsDue) is var first and >= 0 ? first : all.Length;
            due = all[kept..];
            idle.Clear();
            foreach (PoolSlot slot in all[..kept].Reverse())
            {
                idle.Push(slot);
            }
            sweep.Rest(kept > 0 ? all[kept - 1] : null);
        }
        foreach (PoolSlot slot in due)
        {
            Close(slot);
        }
    }

    private static bool IsUsable(ServerConnection connection)
    {
        // One cheap system call, so that a server which ended the session meanwhile does not fail the caller's command.
        try
        {
            return !connection.IsBroken && !connection.HasUnexpectedInput;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private PoolCounts CountsUnderLock() => new(open, open - idle.Count, idle.Count, waiters.Count);
}
