using Dormouse.Query.Failures;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>Runs SQL and yields its rows; those of a raw statement keep their columns and types.</summary>
internal sealed class QueryNode(SqlTemplate sql, bool isRaw) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => SqlStatements.QueryAsync(sql.Render(run), isRaw, run);

    public override void Describe(PlanText text) => text.Statement(isRaw ? "rawQuery" : "query", sql);
}

/// <summary>Runs SQL and yields the number of affected rows.</summary>
internal sealed class ExecuteNode(SqlTemplate sql, bool isRaw) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => SqlStatements.ExecuteAsync(sql.Render(run), isRaw, run);

    public override void Describe(PlanText text) => text.Statement(isRaw ? "rawExecute" : "execute", sql);
}

/// <summary>The running of statements; several run in one transaction.</summary>
internal static class SqlStatements
{
    private const string ProtocolViolation = "08P01";
    private const string IndeterminateDatatype = "42P18";
    private const string UndefinedParameter = "42P02";

    /// <summary>The rows of all statements as one table.</summary>
    public static ValueTask<PlanValue> QueryAsync(IReadOnlyList<SqlStatement> statements, bool isRaw, PlanRun run) =>
        statements.Count == 1
            ? QueryAllAsync(statements, isRaw, run)
            : run.InTransactionAsync(inner => QueryAllAsync(statements, isRaw, inner));

    /// <summary>The number of rows that all statements affected.</summary>
    public static ValueTask<PlanValue> ExecuteAsync(IReadOnlyList<SqlStatement> statements, bool isRaw, PlanRun run) =>
        statements.Count == 1
            ? ExecuteAllAsync(statements, isRaw, run)
            : run.InTransactionAsync(inner => ExecuteAllAsync(statements, isRaw, inner));

    private static async ValueTask<PlanValue> QueryAllAsync(IReadOnlyList<SqlStatement> statements, bool isRaw, PlanRun run)
    {
        var table = run.NewTable();
        foreach (var statement in statements)
        {
            try
            {
                await run.Session.QueryAsync(statement, table, run.CancellationToken);
            }
            catch (DatabaseErrorException e)
            {
                throw Refusal(e, statement, isRaw, run);
            }

            if (table.Overflowed)
            {
                throw PlanFailure.LimitExceeded($"rows ({run.Limits.MaxRows}) or bytes of a result", run.Limits.MaxResultBytes);
            }
        }

        // An operation of protocol A selects what its schema describes, and the schema says how the text is to be read.
        if (table.Shape.FirstUnsupportedOid is { } oid && (isRaw || ReferenceEquals(run.Errors, ErrorMapping.OfPlans)))
        {
            throw run.Errors.UnsupportedType(UnsupportedTypes.NameOf(oid), isRaw);
        }

        return isRaw
            ? new RawRowsValue(table, inEngineForm: ReferenceEquals(run.Errors, ErrorMapping.OfOperations))
            : new RowsValue(table, null, []);
    }

    private static async ValueTask<PlanValue> ExecuteAllAsync(IReadOnlyList<SqlStatement> statements, bool isRaw, PlanRun run)
    {
        long affected = 0;
        foreach (var statement in statements)
        {
            try
            {
                affected += await run.Session.ExecuteAsync(statement, run.CancellationToken);
            }
            catch (DatabaseErrorException e)
            {
                throw Refusal(e, statement, isRaw, run);
            }
        }

        return new NumberValue(affected);
    }

    // A driver that sends SQL without parameters does not prepare it, and PostgreSQL then refuses parameters in it in other words.
    private static PlanException Refusal(DatabaseErrorException refused, SqlStatement statement, bool isRaw, PlanRun run)
    {
        var error = refused.Error;
        if (
            isRaw
            && statement.Parameters.Length == 0
            && error.SqlState is ProtocolViolation or IndeterminateDatatype
            && ParameterScan.First(statement.Sql) is { } number
        )
        {
            error = error with { SqlState = UndefinedParameter, Message = $"there is no parameter ${number}", Detail = null, Hint = null };
        }

        return run.Errors.Map(error, isRaw, refused);
    }
}
