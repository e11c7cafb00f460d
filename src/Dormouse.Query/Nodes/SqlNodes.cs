using Dormouse.Query.Failures;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>Runs SQL and yields its rows; those of a raw statement keep their columns and types.</summary>
internal sealed class QueryNode(SqlTemplate sql, bool isRaw) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var statements = sql.Render(run);
        return statements.Count == 1 ? RunAsync(statements, run) : run.InTransactionAsync(inner => RunAsync(statements, inner));
    }

    private async ValueTask<PlanValue> RunAsync(IReadOnlyList<SqlStatement> statements, PlanRun run)
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
                throw run.Errors.Map(e.Error, isRaw, e);
            }

            if (table.Overflowed)
            {
                throw PlanFailure.LimitExceeded($"rows ({run.Limits.MaxRows}) or bytes of a result", run.Limits.MaxResultBytes);
            }
        }

        if (table.Shape.FirstUnsupportedOid is { } oid)
        {
            throw DatabaseErrors.UnsupportedType(UnsupportedTypes.NameOf(oid), isRaw);
        }

        return isRaw ? new RawRowsValue(table) : new RowsValue(table, null, []);
    }

    public override void Describe(PlanText text) => text.Statement(isRaw ? "rawQuery" : "query", sql);
}

/// <summary>Runs SQL and yields the number of affected rows.</summary>
internal sealed class ExecuteNode(SqlTemplate sql, bool isRaw) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var statements = sql.Render(run);
        return statements.Count == 1 ? RunAsync(statements, run) : run.InTransactionAsync(inner => RunAsync(statements, inner));
    }

    private async ValueTask<PlanValue> RunAsync(IReadOnlyList<SqlStatement> statements, PlanRun run)
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
                throw run.Errors.Map(e.Error, isRaw, e);
            }
        }

        return new NumberValue(affected);
    }

    public override void Describe(PlanText text) => text.Statement(isRaw ? "rawExecute" : "execute", sql);
}
