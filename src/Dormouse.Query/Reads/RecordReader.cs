using Dormouse.Query.Joins;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Reads.Joined;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Reads;

/// <summary>
/// Reads records with their selected fields: one statement for themselves and, as the strategy is, for their relations too, or one more
/// for each of these.
/// </summary>
internal static class RecordReader
{
    /// <param name="select">Says which records; what is selected of them is added here.</param>
    /// <param name="page">What is done with the rows before their relations are read.</param>
    /// <param name="isCut">Whether that leaves rows out, for which nothing is to be joined.</param>
    public static PlanNode Read(
        SelectStatement select,
        Selection selection,
        CompileContext context,
        Func<PlanNode, PlanNode>? page = null,
        bool isCut = false
    )
    {
        SelectFields(select, selection, context);
        var mayJoin = context.ReadStrategy == ReadStrategy.Joined && !isCut;
        var relations = selection.Fields.OfType<SelectedRelation>().ToLookup(r => mayJoin && JoinedRelations.CanRead(r, context));
        var joined = relations[true].ToArray();
        var statement = joined.Length == 0 ? select.ToSql() : JoinedRelations.Around(select, joined, context);
        PlanNode rows = new QueryNode(statement.Build(), isRaw: false);
        rows = page is null ? rows : page(rows);
        if (!relations[false].Any())
        {
            return rows;
        }

        var records = context.NewSlot(select.Model.Name);
        var children = relations[false].Select(r => RelatedRecords.Read(r, records, context));
        return new LetNode([(records.Slot, rows)], new JoinNode(new GetNode(records), [.. children], canAssumeStrictEquality: true));
    }

    /// <summary>Selects what a selection asks of the records themselves, and the keys by which their relations are found.</summary>
    public static void SelectFields(SelectStatement select, Selection selection, CompileContext context)
    {
        foreach (var field in selection.Fields)
        {
            switch (field)
            {
                case SelectedScalar scalar:
                    select.Select(scalar.Field);
                    break;
                case SelectedRelation relation:
                    select.Select(RelationColumns.Own(relation.Field));
                    break;
                case SelectedCounts counts:
                    RelatedCounts.Select(select, counts, context);
                    break;
            }
        }
    }
}
