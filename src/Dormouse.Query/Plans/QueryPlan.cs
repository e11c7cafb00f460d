namespace Dormouse.Query.Plans;

/// <summary>A query plan of protocol B, parsed and compiled. Immutable and safe to share: cache it under the exact bytes of its JSON.</summary>
public sealed class QueryPlan
{
    private QueryPlan() { }

    /// <summary>Parses the JSON of a plan.</summary>
    /// <exception cref="Failures.PlanException">The plan is malformed, beyond the limits, or has a node that this version does not know.</exception>
    public static QueryPlan Parse(ReadOnlySpan<byte> json, QueryLimits limits)
    {
        throw new NotSupportedException("The parser comes with the next commit.");
    }
}
