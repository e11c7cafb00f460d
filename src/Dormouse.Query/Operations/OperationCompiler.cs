using Dormouse.Query.Nodes;
using Dormouse.Query.Reads;
using Dormouse.Query.Writes;

namespace Dormouse.Query.Operations;

/// <summary>From a validated operation to the nodes that run it.</summary>
internal static class OperationCompiler
{
    public static PlanNode Compile(Operation operation, CompileContext context) =>
        operation.Action switch
        {
            <= OperationAction.GroupBy => ReadCompiler.Compile(operation, context),
            _ => WriteCompiler.Compile(operation, context),
        };
}
