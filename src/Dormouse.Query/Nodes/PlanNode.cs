using Dormouse.Query.Plans;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>A node of a compiled plan. Immutable; all state is in the run.</summary>
internal abstract class PlanNode
{
    public abstract ValueTask<PlanValue> EvaluateAsync(PlanRun run);

    /// <summary>Writes the node, and the nodes within it, for people.</summary>
    public virtual void Describe(PlanText text) => text.Line(GetType().Name);

    public sealed override string ToString()
    {
        var text = new PlanText();
        Describe(text);
        return text.ToString();
    }
}
