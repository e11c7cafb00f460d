using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs;

/// <summary>Values that are part of a document's shape, and the expressions of all values.</summary>
internal static class Constants
{
    public static bool IsTrue(InputValue? value) =>
        value is InputScalar { Expression: LiteralExpression { Value: BooleanValue { Value: true } } };

    /// <summary>The expression of a scalar, of null, or of a list of such.</summary>
    public static Expression ExpressionOf(InputValue value) =>
        value switch
        {
            InputScalar scalar => scalar.Expression,
            InputList list => new ListExpression([.. list.Items.Select(ExpressionOf)]),
            InputNull => new LiteralExpression(NullValue.Instance),
            _ => throw new ArgumentException($"{value.GetType().Name} is no scalar.", nameof(value)),
        };
}
