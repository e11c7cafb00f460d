using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Transactions;
using Dormouse.Postgres;
using Dormouse.Query.Failures;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>
/// Runs a statement as its database's disk allows (<see cref="DiskRule"/>). At the hard limit what reads is run where PostgreSQL lets nothing write:
/// in a transaction that is read-only or, within a transaction of the client's, in a part of it that is. No function can undo that, since a
/// transaction that has begun to read cannot be made to write, nor can such a part.
/// </summary>
internal static class DiskGuard
{
    private const string Enter = "SAVEPOINT dormouse_read; SET TRANSACTION READ ONLY";
    private const string Leave = "RELEASE SAVEPOINT dormouse_read";

    private static readonly IsolationLevel ReadOnly = new("BEGIN READ ONLY", null);

    /// <param name="run">Of the request.</param>
    /// <param name="connection">Rented for it.</param>
    /// <param name="disk">Null for an attached server, whose disk is its owner's.</param>
    /// <param name="statement">To run.</param>
    /// <param name="rows">As of <see cref="StatementRun.RunAsync"/>; so are the others.</param>
    /// <exception cref="DormouseException">DM4061: it was refused, or something in it tried to write.</exception>
    public static ValueTask<long> RunAsync(
        StatementRun run,
        ServerConnection connection,
        DiskGate? disk,
        SqlStatement statement,
        RowTable? rows,
        CancellationToken cancellationToken,
        IsolationLevel? begin = null
    )
    {
        if (disk?.Refusal is not { } refusal)
        {
            return run.RunAsync(connection, statement, rows, cancellationToken, begin);
        }
        DiskEffect effect = DiskEffects.Of(statement.Sql);
        if (!DiskEffects.IsAllowed(effect, refusal.Rule))
        {
            throw RefusalPause.Of(disk, EdgeFailures.DatabaseFull(refusal.Why));
        }
        return effect == DiskEffect.Reads && refusal.Rule > DiskRule.NoGrowth
            ? ReadAsync(run, connection, disk, refusal, statement, rows, begin, cancellationToken)
            : run.RunAsync(connection, statement, rows, cancellationToken, begin);
    }

    private static async ValueTask<long> ReadAsync(
        StatementRun run,
        ServerConnection connection,
        DiskGate disk,
        DiskRefusal refusal,
        SqlStatement statement,
        RowTable? rows,
        IsolationLevel? begin,
        CancellationToken cancellationToken
    )
    {
        bool isWithin = begin is not null || connection.Transaction != TransactionStatus.Idle;
        var isEntered = false;
        try
        {
            if (isWithin)
            {
                await run.SimpleAsync(connection, begin is null ? Enter : $"{begin.BeginSql}; {Enter}", cancellationToken);
                isEntered = true;
            }
            long affected = await run.RunAsync(connection, statement, rows, cancellationToken, isWithin ? null : ReadOnly);
            await run.SimpleAsync(connection, isWithin ? Leave : "COMMIT", cancellationToken);
            return affected;
        }
        catch (DatabaseErrorException wrote) when (wrote.Error.SqlState == SqlState.ReadOnlyTransaction)
        {
            await TryLeaveAsync(run, connection, isWithin, isEntered);
            throw RefusalPause.Of(disk, EdgeFailures.DatabaseFull($"{refusal.Why} PostgreSQL says: {wrote.Error.Message}."));
        }
        catch
        {
            await TryLeaveAsync(run, connection, isWithin, isEntered);
            throw;
        }
    }

    /// <summary>
    /// After a failure: what is ours ends. A transaction of the client's is as it would be without us: failed or, where only its answer was too
    /// large, not.
    /// </summary>
    private static async ValueTask TryLeaveAsync(StatementRun run, ServerConnection connection, bool isWithin, bool isEntered)
    {
        if (connection.IsBroken || connection.Transaction == TransactionStatus.Idle)
        {
            return;
        }
        if (isWithin && (!isEntered || connection.Transaction == TransactionStatus.Failed))
        {
            return;
        }
        try
        {
            await run.SimpleAsync(connection, isWithin ? Leave : "ROLLBACK", CancellationToken.None);
        }
        catch (Exception failure) when (failure is DatabaseErrorException or ServerConnectionException or PostgresException)
        {
            // The first failure is what the client must hear; a connection that is in a transaction is closed by its pool.
        }
    }
}
