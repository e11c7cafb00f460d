using Dormouse.Postgres;
using Dormouse.Query.Failures;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Testing;

namespace Dormouse.Query.Tests.Sessions;

/// <summary>A session on a real PostgreSQL, which also notes its statements.</summary>
internal sealed class PostgresSession(ServerConnection connection) : ISqlSession, IRowReceiver, IAsyncDisposable
{
    private RowTable? table;

    public List<SqlStatement> Statements { get; } = [];

    public bool InTransaction => connection.Transaction != TransactionStatus.Idle;

    public static async Task<PostgresSession> OpenAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        var login = new ServerLogin(database.SocketPath, database.User, database.Password, database.Database);
        return new PostgresSession(await ServerConnection.OpenAsync(login, new ServerConnectionOptions(), cancellationToken));
    }

    public async ValueTask QueryAsync(SqlStatement statement, RowTable rows, CancellationToken cancellationToken)
    {
        table = rows;
        await RunAsync(statement, cancellationToken);
    }

    public ValueTask<long> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        table = null;
        return RunAsync(statement, cancellationToken);
    }

    public async ValueTask BeginAsync(CancellationToken cancellationToken) => await SimpleAsync("BEGIN", cancellationToken);

    public async ValueTask CommitAsync(CancellationToken cancellationToken) => await SimpleAsync("COMMIT", cancellationToken);

    public async ValueTask RollbackAsync(CancellationToken cancellationToken) => await SimpleAsync("ROLLBACK", cancellationToken);

    public async Task SimpleAsync(string sql, CancellationToken cancellationToken) =>
        await connection.ExecuteSimpleAsync(sql, cancellationToken);

    public void Columns(WireColumn[] columns)
    {
        var shape = new RowColumn[columns.Length];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = new RowColumn(columns[i].Name, columns[i].TypeOid);
        }

        table?.Begin(new RowShape(shape));
    }

    public void Row(ReadOnlySpan<byte> dataRow) => table?.AddRow(dataRow);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async ValueTask<long> RunAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        Statements.Add(statement);
        try
        {
            WireParameter[] parameters = [.. statement.Parameters.Select(p => new WireParameter(p.Utf8Text, p.TypeOid))];
            return (await connection.ExecuteAsync(statement.Sql, parameters, this, cancellationToken)).RowsAffected;
        }
        catch (PostgresException e)
        {
            throw new DatabaseErrorException(
                new DatabaseError
                {
                    SqlState = e.SqlState,
                    Message = e.MessageText,
                    Severity = e.Severity,
                    Detail = e.Detail,
                    Hint = e.Hint,
                    Table = e.Table,
                    Column = e.Column,
                    Constraint = e.Constraint,
                },
                e
            );
        }
    }
}
