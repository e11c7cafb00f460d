using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Writes.Checks;

namespace Dormouse.Query.Writes.Actions;

/// <summary>The <c>limit</c> of updateMany and deleteMany.</summary>
internal static class Limits
{
    public static Expression? Read(InputObject arguments, CompileContext context)
    {
        if (arguments.Find("limit") is not InputScalar limit)
        {
            return null;
        }

        return limit.Literal >= 0 && context.Facts.InspectSign(limit.Literal) < 0
            ? throw new NegativeLimit(context.Facts.InspectText(limit.Literal)).ToException(0, 0)
            : limit.Expression;
    }
}
