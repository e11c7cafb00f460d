using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Emulation;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Actions;

/// <summary>deleteOne and deleteMany.</summary>
internal static class DeleteActions
{
    private const string Operation = "a delete";

    public static PlanNode One(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var builder = new WriteBuilder(context);
        var filter = builder.Filter(model, (InputObject)operation.Arguments.Find("where")!);
        var missing = Expectation.Some(new MissingRecord(Operation));
        if (!builder.EmulatesRelations && Answers.IsOfScalars(operation.Selection))
        {
            var delete = builder.Graph.Add(new DeleteStep(model, filter) { YieldsRecords = true });
            var check = builder.Graph.Add(new CheckStep());
            builder.Graph.Connect(delete, check, Link.Data(DataUse.Check, [], missing));
            return Answers.OfRecord(builder, delete, operation.Selection);
        }

        return ReadThenDelete(builder, operation, filter, missing);
    }

    public static PlanNode Many(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var builder = new WriteBuilder(context);
        var filter = operation.Arguments.Find("where") is InputObject where ? builder.Filter(model, where) : null;
        var delete = builder.Graph.Add(new DeleteStep(model, filter) { Limit = Limits.Read(operation.Arguments, context) });
        if (builder.EmulatesRelations)
        {
            var records = builder.Read(model, PrimaryIdentifier.Of(model), filter);
            OnDelete.AddBefore(builder, model, records, delete);
            builder.Graph.Connect(records, delete, Link.Data(DataUse.Selector, PrimaryIdentifier.Of(model)));
        }

        return Answers.OfCount(builder, delete);
    }

    /// <summary>What is selected must be read while the records that it leads to are still there.</summary>
    private static TransactionNode ReadThenDelete(WriteBuilder builder, Operation operation, Filters.Condition? filter, Expectation missing)
    {
        var model = operation.Model!;
        var identifier = PrimaryIdentifier.Of(model);
        var record = builder.Read(model, identifier, filter);
        var answer = builder.Graph.Add(new ReadResultStep(model, operation.Selection));
        builder.Graph.Connect(record, answer, Link.Data(DataUse.Selector, identifier, missing));
        var toDelete = builder.Graph.Add(new YieldStep());
        builder.Graph.Connect(answer, toDelete, Link.Order);
        builder.Graph.Connect(record, toDelete, Link.Data(DataUse.Yield, identifier));
        var delete = builder.Graph.Add(new DeleteStep(model, filter));
        OnDelete.AddBefore(builder, model, toDelete, delete);
        builder.Graph.Connect(toDelete, delete, Link.Data(DataUse.Selector, identifier));
        builder.Graph.AddResult(answer);
        return new TransactionNode(GraphTranslation.Translate(builder.Graph, builder.Context));
    }
}
