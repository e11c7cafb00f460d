using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Postgres;

namespace Dormouse.Edge.Transactions;

/// <summary>
/// One open interactive transaction: its connection, the lease that keeps the instance awake, and its savepoints. Everything that
/// uses the connection first enters the gate; requests that arrive together on one transaction therefore run one after the other.
/// Owned by <see cref="TransactionTable"/>, which alone closes it.
/// </summary>
internal sealed class OpenTransaction : IAsyncDisposable
{
    private readonly ServerSeat seat;
    private readonly TimeProvider timeProvider;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource expiring = new();
    private readonly Stack<int> savepoints = new();
    private int savepointsMade;
    private ITimer? timer;
    private ITimer? idleTimer;
    private TimeSpan idleLimit;
    private int rests;

    public OpenTransaction(DatabaseId database, string id, TimeSpan timeout, ServerSeat seat, TimeProvider timeProvider)
    {
        Database = database;
        Id = id;
        Timeout = timeout;
        this.seat = seat;
        this.timeProvider = timeProvider;
        StartedAt = timeProvider.GetTimestamp();
        Expired = expiring.Token;
    }

    /// <summary>What its end gives back: one of the places that its database has for transactions.</summary>
    public required SemaphoreSlim Place { get; init; }

    public DatabaseId Database { get; }
    public string Id { get; }
    public TimeSpan Timeout { get; }
    public long StartedAt { get; }
    public TimeSpan Taken => timeProvider.GetElapsedTime(StartedAt);
    public ServerConnection Connection => seat.Connection;
    public DiskGate? Disk => seat.Disk;

    /// <summary>Cancelled when the time is up: ends the statement that runs.</summary>
    public CancellationToken Expired { get; }

    /// <summary>Set under the gate, once.</summary>
    public bool IsClosed { get; set; }

    /// <summary>How many requests on it have ended: by this one sees whether it was used in between.</summary>
    public int Rests => Volatile.Read(ref rests);

    /// <summary>Nested transactions that are open.</summary>
    public int Depth => savepoints.Count;

    /// <summary>The forced rollback, once it has begun; the table awaits it at its end.</summary>
    public Task Expiry { get; private set; } = Task.CompletedTask;

    /// <summary>The same where nobody asks anything any more.</summary>
    public Task Abandonment { get; private set; } = Task.CompletedTask;

    public void StartTimers(Func<OpenTransaction, Task> expire, Func<OpenTransaction, int, Task> abandon, TimeSpan idleLimit)
    {
        this.idleLimit = idleLimit;
        timer = timeProvider.CreateTimer(
            _ =>
            {
                expiring.Cancel();
                Expiry = expire(this);
            },
            null,
            Timeout,
            System.Threading.Timeout.InfiniteTimeSpan
        );
        idleTimer = timeProvider.CreateTimer(
            _ => Abandonment = abandon(this, Rests),
            null,
            idleLimit,
            System.Threading.Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>A request has ended and the next is awaited. Under the gate.</summary>
    public void Rest()
    {
        Volatile.Write(ref rests, rests + 1);
        idleTimer?.Change(idleLimit, System.Threading.Timeout.InfiniteTimeSpan);
    }

    public Task EnterAsync(CancellationToken cancellationToken) => gate.WaitAsync(cancellationToken);

    public void Leave() => gate.Release();

    // The savepoints' names are numbers of our own, so that nothing of the client's gets into the SQL.
    public async ValueTask NestAsync(CancellationToken cancellationToken)
    {
        await SimpleStatement.RunAsync(Connection, Database, $"SAVEPOINT dormouse_{savepointsMade}", cancellationToken);
        savepoints.Push(savepointsMade++);
    }

    public async ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        // Popped first: if the server refuses, the transaction has failed as a whole and the next call ends the level above.
        int savepoint = savepoints.Pop();
        await SimpleStatement.RunAsync(Connection, Database, $"RELEASE SAVEPOINT dormouse_{savepoint}", cancellationToken);
    }

    public async ValueTask RollbackToAsync(CancellationToken cancellationToken)
    {
        int savepoint = savepoints.Pop();
        await SimpleStatement.RunAsync(
            Connection,
            Database,
            $"ROLLBACK TO SAVEPOINT dormouse_{savepoint}; RELEASE SAVEPOINT dormouse_{savepoint}",
            cancellationToken
        );
    }

    /// <summary>Gives back the connection (one that is still in a transaction is closed, which rolls back) and the lease.</summary>
    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
        {
            await timer.DisposeAsync();
        }
        if (idleTimer is not null)
        {
            await idleTimer.DisposeAsync();
        }
        await seat.DisposeAsync();
        // The gate and the source are left to the collector: a late request may still hold them, and neither owns a handle.
    }
}
