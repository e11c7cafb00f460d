using Dormouse.Query.Joins;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Reads;

/// <summary>Reads records with their selected fields: one statement for themselves, one more for each selected relation.</summary>
internal static class RecordReader
{
    /// <param name="select">Says which records; what is selected of them is added here.</param>
    /// <param name="page">What is done with the rows before their relations are read.</param>
    public static PlanNode Read(SelectStatement select, Selection selection, CompileContext context, Func<PlanNode, PlanNode>? page = null)
    {
        var relations = new List<SelectedRelation>();
        foreach (var field in selection.Fields)
        {
            switch (field)
            {
                case SelectedScalar scalar:
                    select.Select(scalar.Field);
                    break;
                case SelectedRelation relation:
                    select.Select(RelationColumns.Own(relation.Field));
                    relations.Add(relation);
                    break;
                case SelectedCounts counts:
                    RelatedCounts.Select(select, counts, context);
                    break;
            }
        }

        var rows = page is null ? select.ToNode() : page(select.ToNode());
        if (relations.Count == 0)
        {
            return rows;
        }

        var records = context.NewSlot(select.Model.Name);
        var children = relations.ConvertAll(r => RelatedRecords.Read(r, records, context));
        return new LetNode([(records.Slot, rows)], new JoinNode(new GetNode(records), [.. children], canAssumeStrictEquality: true));
    }
}
