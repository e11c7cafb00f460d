using System.Diagnostics;
using Dormouse.Contracts;
using Dormouse.Postgres;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>
/// The session of one query inside an interactive transaction. It is always in a transaction, so a plan's own transaction node begins
/// none: its statements belong to the client's transaction.
/// </summary>
internal sealed class TransactionSqlSession(ServerConnection connection, DiskGate? disk, StatementRun run) : ISqlSession
{
    public bool InTransaction => true;

    public async ValueTask QueryAsync(SqlStatement statement, RowTable rows, CancellationToken cancellationToken) =>
        await DiskGuard.RunAsync(run, connection, disk, statement, rows, cancellationToken);

    public ValueTask<long> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken) =>
        DiskGuard.RunAsync(run, connection, disk, statement, null, cancellationToken);

    public ValueTask BeginAsync(CancellationToken cancellationToken) => throw NotOurs();

    public ValueTask CommitAsync(CancellationToken cancellationToken) => throw NotOurs();

    public ValueTask RollbackAsync(CancellationToken cancellationToken) => throw NotOurs();

    private static UnreachableException NotOurs() => new("A plan began or ended a transaction that is not its own.");
}
