using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Statements;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Graphs;

/// <summary>INSERT of many records: one statement, or several where it would have too many parameters.</summary>
internal static class CreateManyPlan
{
    public static PlanNode Compile(CreateManyStep step, StepInputs inputs)
    {
        ChangeSet[] records = [.. step.Records.Select(inputs.Complete)];
        if (records.Length == 0)
        {
            return new ValueNode(new LiteralExpression(step.YieldsRecords ? ListValue.Empty : new NumberValue(0)));
        }

        var columns = ColumnsOf(step.Model, records);
        var statements = (columns.Count == 0 ? records.Select(r => new[] { r }) : Batches(records))
            .Select(batch => InsertSql.Many(step.Model, columns, batch, step.SkipDuplicates, step.YieldsRecords ? step.Fields : []).Build())
            .ToArray();
        return step.YieldsRecords ? new QueryManyNode(statements) : new ExecuteManyNode(statements);
    }

    /// <summary>All columns that some record has a value for, in the model's order.</summary>
    private static List<ScalarField> ColumnsOf(Model model, ChangeSet[] records)
    {
        var used = new HashSet<ScalarField>();
        foreach (var record in records)
        {
            used.UnionWith(record.Items.Select(change => change.Field));
        }

        return [.. model.ScalarFields.Where(used.Contains)];
    }

    private static IEnumerable<ChangeSet[]> Batches(ChangeSet[] records)
    {
        var batch = new List<ChangeSet>();
        var parameters = 0;
        foreach (var record in records)
        {
            if (batch.Count > 0 && parameters + record.Count > SqlTemplate.MaxChunkParameters)
            {
                yield return [.. batch];
                batch.Clear();
                parameters = 0;
            }

            batch.Add(record);
            parameters += record.Count;
        }

        yield return [.. batch];
    }
}
