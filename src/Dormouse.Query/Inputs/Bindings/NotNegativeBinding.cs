using Dormouse.Query.Documents;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>A number of records: an Int that is not below zero.</summary>
internal sealed class NotNegativeBinding(int literal) : ParameterBinding
{
    private readonly ScalarBinding number = new(new ScalarKind(ScalarType.Int, null), literal);

    public override bool TryBind(LiteralTable literals, out PlanValue value) => number.TryBind(literals, out value) && !IsNegative(value);

    /// <summary>Of an Int, which is a number or, with many digits, a text.</summary>
    public static bool IsNegative(PlanValue value) =>
        value is NumberValue { Value: < 0 } || (value is TextValue text && text.Utf8.Span[0] == (byte)'-');
}
