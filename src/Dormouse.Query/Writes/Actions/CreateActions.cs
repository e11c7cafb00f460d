using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Actions;

/// <summary>createOne, createMany and createManyAndReturn.</summary>
internal static class CreateActions
{
    public static PlanNode One(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var builder = new WriteBuilder(context);
        var data = operation.Arguments.Find("data") as InputObject ?? new InputObject(model.Name + "CreateInput", []);
        var read = RecordData.ForCreate(model, data);
        var create = builder.Create(model, read);
        if (!read.HasNested && Answers.IsOfScalars(operation.Selection))
        {
            return Answers.OfRecord(builder, create, operation.Selection);
        }

        return Answers.OfRead(builder, create, operation, "a query");
    }

    public static PlanNode Many(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var builder = new WriteBuilder(context);
        var records = operation.Arguments.Find("data") is { } data ? WriteBuilder.ObjectsOf(data) : [];
        var create = new CreateManyStep(
            model,
            [.. records.Select(record => RecordData.ForCreate(model, record).Changes)],
            Constants.IsTrue(operation.Arguments.Find("skipDuplicates"))
        )
        {
            YieldsRecords = operation.Action == OperationAction.CreateManyAndReturn,
        };
        builder.Graph.Add(create);
        return create.YieldsRecords ? Answers.OfRecords(builder, create, operation.Selection) : Answers.OfCount(builder, create);
    }
}
