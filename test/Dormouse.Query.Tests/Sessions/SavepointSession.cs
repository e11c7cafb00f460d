using Dormouse.Query.Failures;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Tests.Sessions;

/// <summary>
/// A session whose transactions are savepoints within one that is never committed: a test that changes nothing for good need not wait
/// for the disk.
/// </summary>
internal sealed class SavepointSession(PostgresSession session) : ISqlSession
{
    public bool InTransaction { get; private set; }

    public async ValueTask QueryAsync(SqlStatement statement, RowTable rows, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        try
        {
            await session.QueryAsync(statement, rows, cancellationToken);
        }
        catch (DatabaseErrorException)
        {
            await LeaveAsync(cancellationToken);
            throw;
        }
    }

    public async ValueTask<long> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        try
        {
            return await session.ExecuteAsync(statement, cancellationToken);
        }
        catch (DatabaseErrorException)
        {
            await LeaveAsync(cancellationToken);
            throw;
        }
    }

    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await session.SimpleAsync("SAVEPOINT operation", cancellationToken);
        InTransaction = true;
    }

    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        await session.SimpleAsync("RELEASE SAVEPOINT operation", cancellationToken);
        InTransaction = false;
    }

    public async ValueTask RollbackAsync(CancellationToken cancellationToken)
    {
        await session.SimpleAsync("ROLLBACK TO SAVEPOINT operation", cancellationToken);
        InTransaction = false;
    }

    /// <summary>A statement outside of a transaction is one by itself.</summary>
    private async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (!InTransaction)
        {
            await session.SimpleAsync("SAVEPOINT operation", cancellationToken);
        }
    }

    private async ValueTask LeaveAsync(CancellationToken cancellationToken)
    {
        if (!InTransaction)
        {
            await session.SimpleAsync("ROLLBACK TO SAVEPOINT operation", cancellationToken);
        }
    }
}
