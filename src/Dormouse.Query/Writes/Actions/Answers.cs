using Dormouse.Query.Joins;
using Dormouse.Query.Mapping;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Reads;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Actions;

/// <summary>How a write answers: with what its own statement yields where that is enough, else with a read in the same transaction.</summary>
internal static class Answers
{
    /// <summary>No relations, no counts: RETURNING has it all.</summary>
    public static bool IsOfScalars(Selection selection) => selection.Fields.All(field => field is SelectedScalar);

    /// <summary>The record that a single step yields.</summary>
    public static PlanNode OfRecord(WriteBuilder builder, QueryStep step, Selection selection)
    {
        step.Return(Scalars(selection));
        builder.Graph.AddResult(step);
        var rows = GraphTranslation.Translate(builder.Graph, builder.Context);
        return new DataMapNode(new UniqueNode(rows), ResultStructures.Of(selection), isLast: true);
    }

    /// <summary>A read of the record that a step yields, behind all other steps.</summary>
    /// <param name="operationName">What the client is told that no record was found for.</param>
    public static PlanNode OfRead(WriteBuilder builder, GraphNode step, Operation operation, string operationName)
    {
        AddRead(builder, step, operation, operationName);
        return new TransactionNode(GraphTranslation.Translate(builder.Graph, builder.Context));
    }

    public static ReadResultStep AddRead(WriteBuilder builder, GraphNode step, Operation operation, string operationName)
    {
        var model = operation.Model!;
        var read = builder.Graph.Add(new ReadResultStep(model, operation.Selection));
        builder.Graph.AddResult(read);
        var missing = Expectation.Some(new MissingRecord(operationName));
        builder.Graph.Connect(step, read, Link.Data(DataUse.Selector, PrimaryIdentifier.Of(model), missing));
        return read;
    }

    /// <summary>The records that a step yields, with records of their relations.</summary>
    public static PlanNode OfRecords(WriteBuilder builder, QueryStep step, Selection selection)
    {
        step.Return(Scalars(selection));
        SelectedRelation[] relations = [.. selection.Fields.OfType<SelectedRelation>()];
        step.Return(relations.SelectMany(relation => RelationColumns.Own(relation.Field)));
        builder.Graph.AddResult(step);
        var rows = GraphTranslation.Translate(builder.Graph, builder.Context);
        var structure = ResultStructures.Of(selection);
        if (relations.Length == 0)
        {
            return new DataMapNode(rows, structure, isLast: true);
        }

        var records = builder.Context.NewSlot(step.Model.Name);
        JoinChild[] children = [.. relations.Select(relation => RelatedRecords.Read(relation, records, builder.Context))];
        var joined = new JoinNode(new GetNode(records), children, canAssumeStrictEquality: true);
        return new TransactionNode(new DataMapNode(new LetNode([(records.Slot, rows)], joined), structure, isLast: true));
    }

    /// <summary><c>{"count":n}</c></summary>
    public static PlanNode OfCount(WriteBuilder builder, QueryStep step)
    {
        builder.Graph.AddResult(step);
        var count = GraphTranslation.Translate(builder.Graph, builder.Context);
        var answer = new DataMapNode(count, AffectedRowsStructure.Instance, isLast: true);
        // One statement is a transaction by itself.
        return builder.Graph.Nodes.Count > 1 || count is SumNode ? new TransactionNode(answer) : answer;
    }

    private static IEnumerable<Schema.Models.ScalarField> Scalars(Selection selection) =>
        selection.Fields.OfType<SelectedScalar>().Select(selected => selected.Field);
}
