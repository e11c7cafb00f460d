using System.Buffers;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Plans;

/// <summary>Runs query plans. Stateless between runs; one object serves all requests.</summary>
public sealed class PlanInterpreter(QueryLimits limits, TimeProvider time)
{
    /// <summary>
    /// Runs a plan and writes the JSON of the answer's "data". When it throws, the caller discards what was written.
    /// </summary>
    /// <exception cref="Failures.PlanException">What the client is to be told.</exception>
    public ValueTask RunAsync(
        QueryPlan plan,
        PlanParameters parameters,
        ISqlSession session,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken
    )
    {
        _ = limits;
        _ = time;
        throw new NotSupportedException("The interpreter comes with the next commit.");
    }
}
