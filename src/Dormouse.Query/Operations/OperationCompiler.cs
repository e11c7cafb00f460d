using Dormouse.Query.Failures;
using Dormouse.Query.Nodes;
using Dormouse.Query.Reads;

namespace Dormouse.Query.Operations;

/// <summary>From a validated operation to the nodes that run it.</summary>
internal static class OperationCompiler
{
    public static PlanNode Compile(Operation operation, CompileContext context) =>
        operation.Action switch
        {
            <= OperationAction.GroupBy => ReadCompiler.Compile(operation, context),
            _ => throw PlanFailure.Plain($"The action '{operation.Action}' is not supported yet."),
        };
}
