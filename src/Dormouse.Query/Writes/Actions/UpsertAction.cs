using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Reads;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Emulation;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Query.Writes.Statements;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Actions;

/// <summary>upsertOne: by ON CONFLICT where that does the same, else a read and then one of two writes.</summary>
internal static class UpsertAction
{
    private const string Operation = "an upsert";

    public static PlanNode Compile(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var builder = new WriteBuilder(context);
        var where = (InputObject)operation.Arguments.Find("where")!;
        var create = (InputObject)operation.Arguments.Find("create")!;
        var update = (InputObject)operation.Arguments.Find("update")!;
        var filter = builder.Filter(model, where);
        if (!builder.EmulatesRelations && NativeUpsert.Find(model, where, create, update, operation.Selection) is { } native)
        {
            // Whether the filter names the record that would be created is known only with the values.
            var byConflict = Native(operation, native.Unique, create, update, filter, context);
            return native.Pairs.Count == 0
                ? byConflict
                : new IfNode(
                    new EqualityNode(native.Pairs),
                    EqualityNode.Holds,
                    byConflict,
                    ReadThenWrite(builder, operation, filter, create, update)
                );
        }

        return ReadThenWrite(builder, operation, filter, create, update);
    }

    private static TransactionNode ReadThenWrite(
        WriteBuilder builder,
        Operation operation,
        Condition? filter,
        InputObject create,
        InputObject update
    )
    {
        var model = operation.Model!;
        var identifier = PrimaryIdentifier.Of(model);
        var existing = builder.Read(model, identifier, filter);
        var created = builder.Create(model, create);
        var updated = builder.Update(model, filter, update);
        var unanswered = new MissingAnswer("upsertOne" + model.Name);
        var readCreated = builder.Graph.Add(new ReadResultStep(model, operation.Selection) { Missing = unanswered });
        var readUpdated = builder.Graph.Add(new ReadResultStep(model, operation.Selection) { Missing = unanswered });
        builder.Graph.AddResult(readCreated);
        builder.Graph.AddResult(readUpdated);
        var branch = builder.Graph.Add(new BranchStep(BranchStep.AnyRecord));
        builder.Graph.Connect(existing, branch, Link.Data(DataUse.Condition, identifier));
        OnUpdate.ConnectBranch(builder, model, branch, existing, updated);
        builder.Graph.Connect(branch, created, Link.Else);
        builder.Graph.Connect(existing, updated, Link.Data(DataUse.Selector, identifier));
        var missing = Expectation.Some(new MissingRecord(Operation));
        builder.Graph.Connect(updated, readUpdated, Link.Data(DataUse.Selector, identifier, missing));
        builder.Graph.Connect(created, readCreated, Link.Data(DataUse.Selector, identifier, missing));
        return new TransactionNode(GraphTranslation.Translate(builder.Graph, builder.Context));
    }

    private static DataMapNode Native(
        Operation operation,
        IReadOnlyList<ScalarField> unique,
        InputObject create,
        InputObject update,
        Condition? filter,
        CompileContext context
    )
    {
        var model = operation.Model!;
        var created = RecordData.ForCreate(model, create).Changes;
        var updated = RecordData.ForUpdate(model, update).Changes;
        var returned = operation.Selection.Fields.OfType<SelectedScalar>().Select(selected => selected.Field);
        var sql = UpsertSql.Native(model, unique, created, updated, filter, [.. PrimaryIdentifier.Of(model).Union(returned)]);
        var rows = new QueryNode(sql.Build(), isRaw: false);
        var record = context.NewSlot("record");
        var checkedRows = new SequenceNode([
            new ExpectNode(record, Expectation.Some(new ConflictingRecord())),
            new UniqueNode(new GetNode(record)),
        ]);
        return new DataMapNode(new LetNode([(record.Slot, rows)], checkedRows), ResultStructures.Of(operation.Selection), isLast: true);
    }
}
