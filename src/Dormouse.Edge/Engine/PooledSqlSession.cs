using Dormouse.Contracts;
using Dormouse.Edge.Transactions;
using Dormouse.Postgres;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>
/// The session of one plain query. It wakes the instance and takes a connection at its first statement, keeps that connection for the
/// whole plan, and gives both back when disposed. One request, one thread at a time.
/// </summary>
internal sealed class PooledSqlSession(ServerAccess access, DatabaseId database, StatementRun run, QueryLog? log)
    : ISqlSession,
        IAsyncDisposable
{
    private ServerSeat seat;
    private bool seated;
    private IsolationLevel? due;

    public bool InTransaction => due is not null || seated && seat.Connection.Transaction != TransactionStatus.Idle;

    public async ValueTask QueryAsync(SqlStatement statement, RowTable rows, CancellationToken cancellationToken) =>
        await RunAsync(statement, rows, cancellationToken);

    public ValueTask<long> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken) =>
        RunAsync(statement, null, cancellationToken);

    /// <summary>Whether a connection was taken, so that the server may have heard something of this request.</summary>
    public bool WasSeated { get; private set; }

    public ValueTask BeginAsync(CancellationToken cancellationToken) => BeginAsync(IsolationLevel.Default, cancellationToken);

    /// <summary>The server hears of it together with the next statement: that saves a round trip.</summary>
    public ValueTask BeginAsync(IsolationLevel level, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        due = level;
        return ValueTask.CompletedTask;
    }

    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        // Not sent yet: giving up here is still harmless.
        cancellationToken.ThrowIfCancellationRequested();
        run.EndShaping();
        long started = log?.Start() ?? 0;
        if (due is { } level)
        {
            // No statement came; there is nothing to commit.
            due = null;
            log?.AddBegin(level, started);
            log?.Add("COMMIT", started);
            return;
        }
        try
        {
            await run.SimpleAsync(seat.Connection, "COMMIT", cancellationToken);
        }
        // A cancelled COMMIT whose answer came is no failure; one whose answer did not come may have taken effect.
        catch (Exception unknown)
            when (unknown is OperationCanceledException or ServerConnectionException
                || unknown is PostgresException ended && StatementRun.IsEndOfSession(ended)
            )
        {
            throw EdgeFailures.CommitLost(unknown);
        }
        log?.Add("COMMIT", started);
    }

    public async ValueTask RollbackAsync(CancellationToken cancellationToken)
    {
        if (due is not null)
        {
            due = null;
            return;
        }
        // A connection that cannot roll back is closed when it is returned, and the server rolls back on its own.
        if (!seat.Connection.IsBroken)
        {
            long started = log?.Start() ?? 0;
            await run.SimpleAsync(seat.Connection, "ROLLBACK", cancellationToken);
            log?.Add("ROLLBACK", started);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (seated)
        {
            seated = false;
            await seat.DisposeAsync();
        }
    }

    private async ValueTask<long> RunAsync(SqlStatement statement, RowTable? rows, CancellationToken cancellationToken)
    {
        ServerConnection connection = await ConnectionAsync(cancellationToken);
        // What is refused for its disk is refused here, and then nothing was begun.
        ValueTask<long> running = DiskGuard.RunAsync(run, connection, seat.Disk, statement, rows, cancellationToken, due);
        due = null;
        return await running;
    }

    private ValueTask<ServerConnection> ConnectionAsync(CancellationToken cancellationToken) =>
        seated ? new(seat.Connection) : TakeAsync(cancellationToken);

    private async ValueTask<ServerConnection> TakeAsync(CancellationToken cancellationToken)
    {
        long started = log?.Start() ?? 0;
        try
        {
            seat = await access.TakeAsync(database, cancellationToken);
        }
        catch (PostgresException refused) when (!StatementRun.IsEndOfSession(refused))
        {
            // Too many connections, a login that no longer fits: the client knows these by PostgreSQL's own code.
            throw StatementRun.Refusal(refused);
        }
        log?.AddConnection(started);
        seated = true;
        WasSeated = true;
        return seat.Connection;
    }
}
