using System.Net.Sockets;

namespace Dormouse.Postgres.Wire;

/// <summary>
/// Ends one connection's running command early: for its caller's token, for its time limit, or because nobody takes its rows. It asks
/// the server by a CancelRequest on a second socket, again and again until the command has ended, since a request that overtakes the
/// command is lost; when no answer comes in time it aborts the connection's socket.
/// <para>
/// The connection calls <see cref="Begin"/> and <see cref="EndAsync"/> around each command. <see cref="Request"/> may come from any
/// thread; a late one, after the end, does nothing. <see cref="EndAsync"/> returns only when no CancelRequest is under way any more:
/// the next command cannot be hit by it.
/// </para>
/// </summary>
internal sealed class CommandCancellation(ServerConnectionOptions options, ServerSocket socket) : IDisposable
{
    // Much longer than a cancellation takes on an idle host, much shorter than a person notices.
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private readonly bool hasTimeout = options.CommandTimeout != Timeout.InfiniteTimeSpan;
    private CancellationTokenRegistration registration;
    private ITimer? timer;
    private long deadline;
    private bool running;
    private TaskCompletionSource? ended;
    private Task? cancelling;

    /// <summary>The key that the server gave at start-up.</summary>
    public (int ProcessId, int SecretKey) Key { get; init; }

    /// <summary>Why the running or last command was cancelled.</summary>
    public CancelReason Reason { get; private set; }

    public void Begin(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            running = true;
            Reason = CancelReason.None;
        }
        if (hasTimeout)
        {
            StartTimer();
        }
        if (cancellationToken.CanBeCanceled)
        {
            registration = cancellationToken.UnsafeRegister(static self => ((CommandCancellation)self!).Request(CancelReason.Caller), this);
        }
    }

    public void Request(CancelReason reason)
    {
        lock (gate)
        {
            if (!running || cancelling is not null)
            {
                return;
            }
            Reason = reason;
            ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task done = ended.Task;
            cancelling = Task.Run(() => CancelAsync(done), CancellationToken.None);
        }
    }

    public ValueTask EndAsync()
    {
        registration.Dispose();
        registration = default;
        Task? pending;
        lock (gate)
        {
            running = false;
            pending = cancelling;
            cancelling = null;
            ended?.TrySetResult();
            ended = null;
        }
        timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return pending is null ? ValueTask.CompletedTask : new ValueTask(pending);
    }

    public void Dispose() => timer?.Dispose();

    private void StartTimer()
    {
        TimeProvider time = options.TimeProvider;
        Volatile.Write(ref deadline, time.GetTimestamp() + (long)(options.CommandTimeout.TotalSeconds * time.TimestampFrequency));
        timer ??= time.CreateTimer(
            static self => ((CommandCancellation)self!).TimeIsUp(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        timer.Change(options.CommandTimeout, Timeout.InfiniteTimeSpan);
    }

    private void TimeIsUp()
    {
        // A callback that was on its way when its command ended must not hit the next one. Timers may be a little early.
        long early = Volatile.Read(ref deadline) - options.TimeProvider.GetTimestamp();
        if (early < options.TimeProvider.TimestampFrequency / 50)
        {
            Request(CancelReason.Timeout);
        }
    }

    private async Task CancelAsync(Task done)
    {
        TimeProvider time = options.TimeProvider;
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < options.CancelTimeout)
        {
            await SendRequestAsync(options.CancelTimeout - time.GetElapsedTime(began));
            TimeSpan left = options.CancelTimeout - time.GetElapsedTime(began);
            if (await EndsWithinAsync(done, left < RepeatAfter ? left : RepeatAfter))
            {
                return;
            }
        }
        socket.Abort();
    }

    private async ValueTask<bool> EndsWithinAsync(Task done, TimeSpan time)
    {
        try
        {
            await done.WaitAsync(time > TimeSpan.Zero ? time : TimeSpan.Zero, options.TimeProvider);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The server closes the second socket once it has passed the signal on; only then may the connection be used again.</summary>
    private async ValueTask SendRequestAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within > TimeSpan.Zero ? within : TimeSpan.Zero, options.TimeProvider);
        var buffer = new SendBuffer(options.MessageBytesMax);
        try
        {
            using ServerSocket second = await socket.ConnectAgainAsync(limit.Token);
            await using CancellationTokenRegistration abort = limit.Token.UnsafeRegister(static s => ((ServerSocket)s!).Abort(), second);
            Requests.Cancel(buffer, Key.ProcessId, Key.SecretKey);
            await second.SendAsync(buffer.Written);
            var answer = new byte[1];
            while (await second.ReceiveAsync(answer) > 0) { }
        }
        catch (Exception e)
            when (e is SocketException or ServerConnectionException or ObjectDisposedException or OperationCanceledException)
        {
            // Not reached this time: the caller tries again until its own time is up.
        }
        finally
        {
            buffer.Release();
        }
    }
}

internal enum CancelReason
{
    None,

    /// <summary>The caller's token.</summary>
    Caller,

    /// <summary>The command's time limit.</summary>
    Timeout,

    /// <summary>The receiver of the rows threw.</summary>
    Receiver,
}
