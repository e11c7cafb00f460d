using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>A node of a compiled plan. Immutable; all state is in the run.</summary>
internal abstract class PlanNode
{
    public abstract ValueTask<PlanValue> EvaluateAsync(PlanRun run);
}
