using System.Collections.Concurrent;
using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Postgres;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Transactions;

/// <summary>
/// All open interactive transactions of this process, and what became of the last ones. A transaction is bound to its database: the
/// key of another database does not see it. Thread-safe.
/// <code>
/// start ─▶ open ─┬─ commit ──▶ committed (or rolled back, or lost)
///                ├─ rollback ▶ rolled back
///                ├─ timeout ─▶ expired          the running statement is cancelled
///                ├─ idle ────▶ abandoned        25P03, as PostgreSQL says it
///                ├─ connection broke ▶ rolled back
///                └─ shutdown ▶ rolled back
/// </code>
/// </summary>
internal sealed partial class TransactionTable(
    ServerAccess access,
    EdgeOptions options,
    TimeProvider timeProvider,
    ILogger<TransactionTable> logger
)
{
    private readonly TransactionOptions bounds = options.Transactions;
    private readonly ConcurrentDictionary<string, OpenTransaction> open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(DatabaseId Database, int Most), SemaphoreSlim> places = new();
    private readonly ClosedTransactions closed = new(options.Transactions);
    private volatile bool stopping;

    public int OpenCount => open.Count;

    /// <summary>Opens a transaction, or a nested one (a savepoint) in an open transaction, and returns its id.</summary>
    public async ValueTask<string> StartAsync(DatabaseId database, StartRequest request, QueryLog? log, CancellationToken clientGone)
    {
        if (request.OuterId is { } outerId)
        {
            await using TransactionUse use = await UseAsync(database, outerId, "start", clientGone);
            if (use.Transaction.Depth >= bounds.MaxDepth)
            {
                throw TransactionFailure.TooDeep(bounds.MaxDepth);
            }
            await use.Transaction.NestAsync(use.Token);
            return outerId;
        }
        using var deadline = new RequestDeadline(request.MaxWait, timeProvider, clientGone, CancellationToken.None);
        try
        {
            return await OpenAsync(database, request, log, deadline.Token);
        }
        catch (OperationCanceledException late) when (deadline.Token.IsCancellationRequested)
        {
            throw deadline.Explain(late) is { Kind: FailureKind.ClientGone } gone ? gone : TransactionFailure.NotStartedInTime(late);
        }
        catch (ServerConnectionException late) when (late.Failure is ServerFailure.PoolTimedOut or ServerFailure.PoolQueueFull)
        {
            throw TransactionFailure.NotStartedInTime(late);
        }
    }

    /// <summary>
    /// Waits for the requests before this one on the same transaction and holds it until the use is disposed.
    /// </summary>
    /// <param name="database">Whose key the request carried.</param>
    /// <param name="id">The transaction.</param>
    /// <param name="operation">For the failure's text: query, commit, rollback or start.</param>
    /// <param name="cancellationToken">Ends the wait and the work.</param>
    public async ValueTask<TransactionUse> UseAsync(DatabaseId database, string id, string operation, CancellationToken cancellationToken)
    {
        OpenTransaction transaction = Find(database, id, operation);
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, transaction.Expired);
        try
        {
            await transaction.EnterAsync(source.Token);
        }
        catch (OperationCanceledException) when (transaction.Expired.IsCancellationRequested)
        {
            source.Dispose();
            throw Expired(transaction, operation);
        }
        catch
        {
            source.Dispose();
            throw;
        }
        if (transaction.IsClosed || transaction.Expired.IsCancellationRequested)
        {
            transaction.Leave();
            source.Dispose();
            // It closed while this request waited; the search now ends in its failure.
            _ = Find(database, id, operation);
            throw TransactionFailure.NotFound();
        }
        return new TransactionUse(this, transaction, source, operation);
    }

    /// <summary>Ends the transaction, or its innermost nested one.</summary>
    public async ValueTask CommitAsync(DatabaseId database, string id, QueryLog? log, CancellationToken cancellationToken)
    {
        await using TransactionUse use = await UseAsync(database, id, "commit", cancellationToken);
        OpenTransaction transaction = use.Transaction;
        if (transaction.Depth > 0)
        {
            await transaction.ReleaseAsync(use.Token);
            return;
        }
        // Once begun, a commit is not cancelled: neither by the client's leaving nor by the timeout. Only its outcome matters now.
        using var bound = new CancellationTokenSource(options.Limits.QueryTimeout, timeProvider);
        TransactionOutcome outcome = TransactionOutcome.RolledBack;
        try
        {
            long started = log?.Start() ?? 0;
            CommandCompletion completion = await SimpleStatement.RunAsync(transaction.Connection, database, "COMMIT", bound.Token);
            log?.Add("COMMIT", started);
            if (completion.Command == "ROLLBACK")
            {
                throw TransactionFailure.CommitRolledBack();
            }
            outcome = TransactionOutcome.Committed;
        }
        catch (Exception unknown)
            when (unknown is ServerConnectionException or OperationCanceledException
                || unknown is PostgresException refused && StatementRun.IsEndOfSession(refused)
            )
        {
            outcome = TransactionOutcome.Lost;
            throw EdgeFailures.CommitLost(unknown);
        }
        finally
        {
            await CloseAsync(transaction, outcome);
        }
    }

    /// <summary>Rolls back the transaction, or its innermost nested one.</summary>
    public async ValueTask RollbackAsync(DatabaseId database, string id, QueryLog? log, CancellationToken cancellationToken)
    {
        await using TransactionUse use = await UseAsync(database, id, "rollback", cancellationToken);
        if (use.Transaction.Depth > 0)
        {
            await use.Transaction.RollbackToAsync(use.Token);
            return;
        }
        await RollbackAndCloseAsync(use.Transaction, TransactionOutcome.RolledBack, log);
    }

    /// <summary>Rolls back everything that is open; nothing new starts.</summary>
    public async Task StopAsync()
    {
        stopping = true;
        OpenTransaction[] all = [.. open.Values];
        await Task.WhenAll(all.Select(transaction => EndAsync(transaction, TransactionOutcome.RolledBack)));
        await Task.WhenAll(all.Select(transaction => Task.WhenAll(transaction.Expiry, transaction.Abandonment)));
    }

    private async ValueTask<string> OpenAsync(DatabaseId database, StartRequest request, QueryLog? log, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(stopping, this);
        int most = Math.Max(1, access.ConnectionsOf(database) - bounds.ConnectionsLeftForQueries);
        SemaphoreSlim place = places.GetOrAdd((database, most), static key => new SemaphoreSlim(key.Most, key.Most));
        await place.WaitAsync(cancellationToken);
        var seated = false;
        ServerSeat seat = default;
        try
        {
            long started = log?.Start() ?? 0;
            seat = await access.TakeAsync(database, cancellationToken);
            seated = true;
            log?.AddConnection(started);
            started = log?.Start() ?? 0;
            await SimpleStatement.RunAsync(seat.Connection, database, request.Level.BeginSql, cancellationToken);
            log?.AddBegin(request.Level, started);
        }
        catch
        {
            if (seated)
            {
                await seat.DisposeAsync();
            }
            place.Release();
            throw;
        }
        // 128 random bits: the id is no secret among a database's own clients, but must not be guessed by others either.
        string id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var transaction = new OpenTransaction(database, id, request.Timeout, seat, timeProvider) { Place = place };
        open[id] = transaction;
        transaction.StartTimers(
            expired => EndAsync(expired, TransactionOutcome.Expired),
            (idle, rests) => EndAsync(idle, TransactionOutcome.Abandoned, rests),
            bounds.IdleLimit
        );
        return id;
    }

    private OpenTransaction Find(DatabaseId database, string id, string operation)
    {
        if (open.TryGetValue(id, out OpenTransaction? transaction) && transaction.Database == database)
        {
            return transaction.Expired.IsCancellationRequested ? throw Expired(transaction, operation) : transaction;
        }
        throw closed.Find(database, id) switch
        {
            null => (Exception)TransactionFailure.NotFound(),
            { Outcome: TransactionOutcome.Committed } => TransactionFailure.Committed(operation),
            { Outcome: TransactionOutcome.Expired } late => TransactionFailure.Expired(
                operation,
                late.Timeout,
                timeProvider.GetElapsedTime(late.StartedAt)
            ),
            { Outcome: TransactionOutcome.Abandoned } => TransactionFailure.Abandoned(),
            { Outcome: TransactionOutcome.Lost } => TransactionFailure.Lost(operation),
            _ => TransactionFailure.RolledBack(operation),
        };
    }

    // At expiry and shutdown: waits for the statement that runs (expiry has cancelled it), then rolls back. Not if requests ended on it
    // since it had the given number of them.
    private async Task EndAsync(OpenTransaction transaction, TransactionOutcome outcome, int? rests = null)
    {
        try
        {
            await transaction.EnterAsync(CancellationToken.None);
            try
            {
                if (!transaction.IsClosed && (rests is null || rests == transaction.Rests))
                {
                    await RollbackAndCloseAsync(transaction, outcome, null);
                }
            }
            finally
            {
                transaction.Leave();
            }
        }
        catch (Exception failure)
        {
            Log.EndFailed(logger, transaction.Database, failure);
        }
    }

    private async ValueTask RollbackAndCloseAsync(OpenTransaction transaction, TransactionOutcome outcome, QueryLog? log)
    {
        try
        {
            if (!transaction.Connection.IsBroken)
            {
                using var bound = new CancellationTokenSource(bounds.RollbackTimeout, timeProvider);
                long started = log?.Start() ?? 0;
                await SimpleStatement.RunAsync(transaction.Connection, transaction.Database, "ROLLBACK", bound.Token);
                log?.Add("ROLLBACK", started);
            }
        }
        catch (Exception failure) when (failure is ServerConnectionException or PostgresException or OperationCanceledException)
        {
            // The connection is closed below, and the server then rolls back by itself: what was asked for happens.
            Log.RollbackByClosing(logger, transaction.Database, failure.Message);
        }
        finally
        {
            await CloseAsync(transaction, outcome);
        }
    }

    // Under the transaction's gate.
    private async ValueTask CloseAsync(OpenTransaction transaction, TransactionOutcome outcome)
    {
        transaction.IsClosed = true;
        closed.Remember(transaction.Database, new ClosedTransaction(transaction.Id, outcome, transaction.Timeout, transaction.StartedAt));
        open.TryRemove(transaction.Id, out _);
        try
        {
            await transaction.DisposeAsync();
        }
        finally
        {
            transaction.Place.Release();
        }
    }

    private static TransactionFailure Expired(OpenTransaction transaction, string operation) =>
        TransactionFailure.Expired(operation, transaction.Timeout, transaction.Taken);

    /// <summary>The turn of one request on one transaction. Dispose it once.</summary>
    internal readonly struct TransactionUse(
        TransactionTable table,
        OpenTransaction transaction,
        CancellationTokenSource source,
        string operation
    ) : IAsyncDisposable
    {
        public OpenTransaction Transaction => transaction;

        /// <summary>Cancelled with the request and at the transaction's expiry.</summary>
        public CancellationToken Token => source.Token;

        /// <summary>The failure behind a cancellation, if the transaction's timeout was behind it.</summary>
        public TransactionFailure? Explain() => transaction.Expired.IsCancellationRequested ? Expired(transaction, operation) : null;

        public async ValueTask DisposeAsync()
        {
            source.Dispose();
            try
            {
                // A broken connection has taken the transaction with it.
                if (!transaction.IsClosed && transaction.Connection.IsBroken)
                {
                    await table.CloseAsync(transaction, TransactionOutcome.RolledBack);
                }
            }
            finally
            {
                transaction.Rest();
                transaction.Leave();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Error, "A transaction of {Database} could not be ended in order.")]
        public static partial void EndFailed(ILogger logger, DatabaseId database, Exception failure);

        [LoggerMessage(
            4102,
            LogLevel.Warning,
            "A transaction of {Database} could not be rolled back ({Reason}); its connection is closed, which rolls it back."
        )]
        public static partial void RollbackByClosing(ILogger logger, DatabaseId database, string reason);
    }
}
