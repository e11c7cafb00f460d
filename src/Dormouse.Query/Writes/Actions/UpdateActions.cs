using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Emulation;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Actions;

/// <summary>updateOne, updateMany and updateManyAndReturn.</summary>
internal static class UpdateActions
{
    private const string Operation = "an update";

    public static PlanNode One(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var builder = new WriteBuilder(context);
        var filter = builder.Filter(model, (InputObject)operation.Arguments.Find("where")!);
        var data = (InputObject)operation.Arguments.Find("data")!;
        var update = builder.Update(model, filter, data);
        if (builder.EmulatesRelations)
        {
            AddEmulation(builder, update, filter);
        }

        if (!builder.EmulatesRelations && builder.Graph.Nodes.Count == 1 && Answers.IsOfScalars(operation.Selection))
        {
            var missing = Expectation.Some(new MissingRecord(Operation));
            var check = builder.Graph.Add(new CheckStep());
            builder.Graph.Connect(update, check, Link.Data(DataUse.Check, [], missing));
            return Answers.OfRecord(builder, update, operation.Selection);
        }

        return Answers.OfRead(builder, update, operation, Operation);
    }

    public static PlanNode Many(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var builder = new WriteBuilder(context);
        var filter = operation.Arguments.Find("where") is InputObject where ? builder.Filter(model, where) : null;
        var data = RecordData.ForUpdate(model, (InputObject)operation.Arguments.Find("data")!);
        var yields = operation.Action == OperationAction.UpdateManyAndReturn;
        var before = builder.EmulatesRelations ? builder.Read(model, PrimaryIdentifier.Of(model), filter) : null;
        var update = builder.Graph.Add(
            new UpdateManyStep(model, before is null ? filter : null, data.Changes)
            {
                Limit = Limits.Read(operation.Arguments, context),
                YieldsRecords = yields,
            }
        );
        if (before is not null)
        {
            OnUpdate.Add(builder, model, before, update);
            builder.Graph.Connect(before, update, Link.Data(DataUse.Selector, PrimaryIdentifier.Of(model)));
        }

        return yields ? Answers.OfRecords(builder, update, operation.Selection) : Answers.OfCount(builder, update);
    }

    private static void AddEmulation(WriteBuilder builder, UpdateStep update, Filters.Condition? filter)
    {
        var identifier = PrimaryIdentifier.Of(update.Model);
        var before = builder.Read(update.Model, identifier, filter);
        OnUpdate.Add(builder, update.Model, before, update);
        var missing = Expectation.Some(new MissingRecord(Operation));
        builder.Graph.Connect(before, update, Link.Data(DataUse.Selector, identifier, missing));
    }
}
