using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Writes.Actions;
using Dormouse.Query.Writes.Raw;

namespace Dormouse.Query.Writes;

/// <summary>Compiles the operations that write.</summary>
internal static class WriteCompiler
{
    public static PlanNode Compile(Operation operation, CompileContext context) =>
        operation.Action switch
        {
            OperationAction.CreateOne => CreateActions.One(operation, context),
            OperationAction.CreateMany or OperationAction.CreateManyAndReturn => CreateActions.Many(operation, context),
            OperationAction.UpdateOne => UpdateActions.One(operation, context),
            OperationAction.UpdateMany or OperationAction.UpdateManyAndReturn => UpdateActions.Many(operation, context),
            OperationAction.UpsertOne => UpsertAction.Compile(operation, context),
            OperationAction.DeleteOne => DeleteActions.One(operation, context),
            OperationAction.DeleteMany => DeleteActions.Many(operation, context),
            OperationAction.QueryRaw or OperationAction.ExecuteRaw => RawActions.Compile(operation),
            _ => throw new ArgumentException($"{operation.Action} does not write.", nameof(operation)),
        };
}
