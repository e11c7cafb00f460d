using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Transactions;

namespace Dormouse.Edge.Engine;

/// <summary>
/// Steps (6) to (9) of a request, for both protocols: gives its work a session, either one of its own or that of an interactive
/// transaction, bounds it in time, and gives everything back. What a cancellation was behind is told as what it was.
/// </summary>
internal sealed class RequestSessions(
    ServerAccess access,
    TransactionTable transactions,
    BufferBudget budget,
    EdgeOptions options,
    StopSignal stop,
    TimeProvider timeProvider
)
{
    public async ValueTask RunAsync(
        DatabaseId database,
        QueryLog? log,
        Func<PooledSqlSession, CancellationToken, ValueTask> work,
        CancellationToken clientGone
    )
    {
        using var deadline = new RequestDeadline(options.Limits.QueryTimeout, timeProvider, clientGone, stop.Token);
        using var run = new StatementRun(options.Limits, budget, database, log);
        try
        {
            await using var session = new PooledSqlSession(access, database, run, log);
            await work(session, deadline.Token); // (6) to (8)
            run.EndShaping();
        } // (9)
        // A failure of our own says what it is; others are what the cancellation looked like further down.
        catch (Exception failure) when (deadline.Token.IsCancellationRequested && failure is not DormouseException)
        {
            throw deadline.Explain(failure) ?? failure;
        }
    }

    /// <param name="database">Whose key the request carried.</param>
    /// <param name="transaction">The transaction's id.</param>
    /// <param name="operation">What the request is, for the texts of failures: "query" or "batch query".</param>
    /// <param name="log">Takes the statements, where the client listens to them.</param>
    /// <param name="work">Uses the session; it is the only one on this transaction meanwhile.</param>
    /// <param name="clientGone">Cancelled when nobody waits for the answer any more.</param>
    public async ValueTask RunInTransactionAsync(
        DatabaseId database,
        string transaction,
        string operation,
        QueryLog? log,
        Func<TransactionSqlSession, CancellationToken, ValueTask> work,
        CancellationToken clientGone
    )
    {
        using var deadline = new RequestDeadline(options.Limits.QueryTimeout, timeProvider, clientGone, stop.Token);
        using var run = new StatementRun(options.Limits, budget, database, log);
        try
        {
            await using TransactionTable.TransactionUse use = await transactions.UseAsync(database, transaction, operation, deadline.Token);
            try
            {
                await work(new TransactionSqlSession(use.Transaction.Connection, use.Transaction.Disk, run), use.Token);
                run.EndShaping();
            }
            catch (Exception failure) when (use.Token.IsCancellationRequested && failure is not DormouseException)
            {
                throw deadline.Explain(failure) ?? use.Explain() ?? failure;
            }
        }
        catch (OperationCanceledException failure) when (deadline.Token.IsCancellationRequested)
        {
            throw deadline.Explain(failure) ?? (Exception)failure;
        }
    }

    /// <summary>Ends a transaction, within the same bound.</summary>
    public async ValueTask EndAsync(Func<CancellationToken, ValueTask> end, CancellationToken clientGone)
    {
        using var deadline = new RequestDeadline(options.Limits.QueryTimeout, timeProvider, clientGone, stop.Token);
        try
        {
            await end(deadline.Token);
        }
        catch (OperationCanceledException late) when (deadline.Token.IsCancellationRequested)
        {
            throw deadline.Explain(late) ?? (Exception)late;
        }
    }
}
