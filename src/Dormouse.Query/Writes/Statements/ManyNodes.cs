using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Writes.Statements;

/// <summary>Runs one or several statements and yields the rows of all, as one list.</summary>
internal sealed class QueryManyNode(SqlTemplate[] templates) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => SqlStatements.QueryAsync(Rendering.All(templates, run), false, run);

    public override void Describe(PlanText text) => Rendering.Describe(text, "query", templates);
}

/// <summary>Runs one or several statements and yields the number of rows that all affected.</summary>
internal sealed class ExecuteManyNode(SqlTemplate[] templates) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) =>
        SqlStatements.ExecuteAsync(Rendering.All(templates, run), false, run);

    public override void Describe(PlanText text) => Rendering.Describe(text, "execute", templates);
}

file static class Rendering
{
    public static SqlStatement[] All(SqlTemplate[] templates, PlanRun run) => [.. templates.SelectMany(template => template.Render(run))];

    public static void Describe(PlanText text, string name, SqlTemplate[] templates)
    {
        foreach (var template in templates)
        {
            text.Statement(name, template);
        }
    }
}
