using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Values;

namespace Dormouse.Query.Writes.Raw;

/// <summary>
/// queryRaw and executeRaw. The SQL is a literal like any other, so that one plan serves all raw statements and none is kept for a
/// text that comes once.
/// </summary>
internal static class RawActions
{
    public static PlanNode Compile(Operation operation)
    {
        var arguments = operation.Arguments;
        return new RawStatementNode(
            Constants.ExpressionOf(arguments.Find("query")!),
            arguments.Find("parameters") is { } parameters ? Constants.ExpressionOf(parameters) : new LiteralExpression(TextValue.Of("[]")),
            operation.Action == OperationAction.QueryRaw
        );
    }
}
