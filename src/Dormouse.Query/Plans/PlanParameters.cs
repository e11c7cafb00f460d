namespace Dormouse.Query.Plans;

/// <summary>What belongs to one request beside the plan: the values of its placeholders and the comment for its SQL.</summary>
public sealed class PlanParameters
{
    private PlanParameters() { }

    public static PlanParameters None { get; } = new();

    /// <summary>Parses <c>params</c> and, where the request has them, <c>comments</c> (both JSON objects; empty spans for absent ones).</summary>
    public static PlanParameters Parse(ReadOnlySpan<byte> paramsJson, ReadOnlySpan<byte> commentsJson, QueryLimits limits)
    {
        throw new NotSupportedException("The parser comes with the next commit.");
    }
}
