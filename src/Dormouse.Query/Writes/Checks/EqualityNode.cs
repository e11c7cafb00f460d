using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Writes.Checks;

/// <summary>Two values of one column.</summary>
internal sealed record EqualValues(Expression Left, Expression Right, ArgumentType Type)
{
    public bool AreEqual(PlanRun run)
    {
        var left = ParameterText.Encode(Left.Evaluate(run), Type).Utf8Text;
        var right = ParameterText.Encode(Right.Evaluate(run), Type).Utf8Text;
        return left is { } one && right is { } other ? one.Span.SequenceEqual(other.Span) : left is null && right is null;
    }
}

/// <summary>Yields the number of pairs whose values differ.</summary>
internal sealed class EqualityNode(IReadOnlyList<EqualValues> pairs) : PlanNode
{
    public static readonly Rule Holds = new(RuleKind.AffectedRowCountEq, 0);

    public override void Describe(PlanText text) =>
        text.Line($"differing of {string.Join(", ", pairs.Select(p => $"{p.Left} and {p.Right}"))}");

    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => new(new NumberValue(pairs.Count(pair => !pair.AreEqual(run))));
}
