using System.Buffers;
using System.Runtime.CompilerServices;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tracing;
using Dormouse.Edge.Transactions;
using Dormouse.Postgres;
using Dormouse.Query.Failures;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>
/// Runs the interpreter's statements on a server connection: parameters over, rows into its table, errors into its words. Keeps the
/// account of the row data that one request reads. One request at a time.
/// </summary>
internal sealed class StatementRun(RequestLimitOptions limits, BufferBudget budget, DatabaseId database, QueryLog? log)
    : IRowReceiver,
        IDisposable
{
    // Row data is charged to the budget in steps, so that small results never touch the shared counter.
    private const int BudgetStepBytes = 256 * 1024;

    // A prepared statement describes its columns by one array for as long as it lives; its shape lives as long.
    private static readonly ConditionalWeakTable<WireColumn[], RowShape> Shapes = [];

    private RowTable? table;
    private long rowBytes;
    private long paid;

    // Since when the rows of the last statement are here and become an answer; only where that is recorded.
    private DateTime? shapingSince;

    public async ValueTask<long> RunAsync(
        ServerConnection connection,
        SqlStatement statement,
        RowTable? rows,
        CancellationToken cancellationToken,
        IsolationLevel? begin = null
    )
    {
        SqlParameter[] parameters = statement.Parameters;
        WireParameter[] wire = parameters.Length == 0 ? [] : ArrayPool<WireParameter>.Shared.Rent(parameters.Length);
        long started = log?.Start() ?? 0;
        if (begin is { } level)
        {
            log?.AddBegin(level, started);
        }
        table = rows;
        using Stage stage = Stage.OfStatement(database, statement.Sql);
        try
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                wire[i] = new WireParameter(parameters[i].Utf8Text, parameters[i].TypeOid);
            }
            CommandCompletion completion = await connection.ExecuteBehindAsync(
                begin?.BeginSql,
                statement.Sql,
                wire.AsMemory(0, parameters.Length),
                this,
                cancellationToken
            );
            stage.End();
            shapingSince = stage.IsRecorded ? stage.EndedAt : null;
            log?.Add(statement, started);
            return completion.RowsAffected;
        }
        catch (PostgresException refused) when (!IsEndOfSession(refused))
        {
            stage.Refused(refused.SqlState);
            log?.AddFailed(statement, started);
            throw Refusal(refused);
        }
        finally
        {
            table = null;
            if (wire.Length > 0)
            {
                ArrayPool<WireParameter>.Shared.Return(wire, clearArray: true);
            }
        }
    }

    /// <summary>A statement of our own: no parameters, no rows.</summary>
    /// <exception cref="DatabaseErrorException">The server refused it.</exception>
    public async ValueTask SimpleAsync(ServerConnection connection, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await SimpleStatement.RunAsync(connection, database, sql, cancellationToken);
        }
        catch (PostgresException refused) when (!IsEndOfSession(refused))
        {
            throw Refusal(refused);
        }
    }

    /// <summary>The answer is whole, or what follows is no part of making it.</summary>
    public void EndShaping()
    {
        if (shapingSince is { } since)
        {
            shapingSince = null;
            Stage.Was("serialise", since);
        }
    }

    public void Columns(WireColumn[] columns) => table?.Begin(Shapes.GetValue(columns, static described => ShapeOf(described)));

    public void Row(ReadOnlySpan<byte> dataRow)
    {
        if (table is null)
        {
            return;
        }
        // The length plus what the table's index takes per row; throwing ends the statement and leaves the connection usable.
        rowBytes += dataRow.Length + sizeof(long);
        if (rowBytes > limits.MaxAnswerBytes)
        {
            throw EdgeFailures.AnswerTooLarge(limits.MaxAnswerBytes);
        }
        if (rowBytes - paid > BudgetStepBytes)
        {
            if (!budget.TryTake(BudgetStepBytes))
            {
                throw EdgeFailures.OutOfBuffers();
            }
            paid += BudgetStepBytes;
        }
        table.AddRow(dataRow);
    }

    public void Dispose()
    {
        budget.Return(paid);
        paid = 0;
    }

    private static RowShape ShapeOf(WireColumn[] columns)
    {
        var shape = new RowColumn[columns.Length];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = new RowColumn(columns[i].Name, columns[i].TypeOid);
        }
        return new RowShape(shape);
    }

    /// <summary>The server did not refuse the statement but ended the session under it: a lost connection, not an error of the query.</summary>
    public static bool IsEndOfSession(PostgresException error) =>
        error.IsFatal && error.SqlState is SqlState.AdminShutdown or SqlState.CrashShutdown or SqlState.CannotConnectNow;

    public static DatabaseErrorException Refusal(PostgresException error) =>
        new(
            new DatabaseError
            {
                SqlState = error.SqlState,
                Message = error.MessageText,
                Severity = error.Severity,
                Detail = error.Detail,
                Hint = error.Hint,
                Table = error.Table,
                Column = error.Column,
                Constraint = error.Constraint,
            },
            error
        );
}
