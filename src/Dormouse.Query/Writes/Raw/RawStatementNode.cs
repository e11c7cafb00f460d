using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Writes.Raw;

/// <summary>Runs SQL that the user wrote; yields its rows with their columns and types, or the number of affected rows.</summary>
/// <param name="sql">Yields the text.</param>
/// <param name="parameters">Yields the JSON text of a list.</param>
internal sealed class RawStatementNode(Expression sql, Expression parameters, bool yieldsRows) : PlanNode
{
    public override void Describe(PlanText text) =>
        text.Line($"{(yieldsRows ? "rawQuery" : "rawExecute")} the text {sql} with the values of {parameters}");

    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var text = ((TextValue)sql.Evaluate(run)).ToString();
        var values = RawParameters.Read(((TextValue)parameters.Evaluate(run)).Utf8);
        SqlStatement[] statements = [new(text, values)];
        return yieldsRows
            ? SqlStatements.QueryAsync(statements, isRaw: true, run)
            : SqlStatements.ExecuteAsync(statements, isRaw: true, run);
    }
}
