using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>
/// Where a scalar's value comes from, before the document is accepted: the types of a union are tried one after the other, and what is
/// read for one that does not fit in the end must leave no parameter behind.
/// </summary>
internal abstract class ScalarSource
{
    public abstract Expression Settle(ParameterList parameters);
}

/// <summary>A value that is part of the document's shape.</summary>
internal sealed class ConstantSource(PlanValue value) : ScalarSource
{
    public static readonly ConstantSource EmptyList = new(ListValue.Empty);

    public PlanValue Value { get; } = value;

    public override Expression Settle(ParameterList parameters) => new LiteralExpression(Value);
}

internal sealed class BindingSource(ParameterBinding binding) : ScalarSource
{
    public override Expression Settle(ParameterList parameters) => parameters.Add(binding);
}

/// <summary>A list that is not one literal.</summary>
internal sealed class ListSource(IReadOnlyList<ScalarSource> items) : ScalarSource
{
    public override Expression Settle(ParameterList parameters) =>
        items.All(item => item is ConstantSource)
            ? new LiteralExpression(new ListValue([.. items.Select(item => ((ConstantSource)item).Value)]))
            : new ListExpression([.. items.Select(item => item.Settle(parameters))]);
}
