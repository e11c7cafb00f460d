using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Filters;

/// <summary>A scalar field, or its aggregate, compared with a value or with another field.</summary>
internal static class ScalarComparisons
{
    public static void Write(SqlBuilder sql, ScalarCondition condition, string alias)
    {
        var isEqual = condition.Comparison == Comparison.Equal;
        if (condition.Operand is InputNull && (isEqual || condition.Comparison == Comparison.NotEqual))
        {
            WriteSubject(sql, condition, alias);
            sql.Text(isEqual ? " IS NULL" : " IS NOT NULL");
            return;
        }

        switch (condition.Comparison)
        {
            case Comparison.In or Comparison.NotIn:
                WriteMembership(sql, condition, alias);
                break;
            case >= Comparison.Contains:
                WritePattern(sql, condition, alias);
                break;
            default:
                WritePlain(sql, condition, alias);
                break;
        }
    }

    /// <summary>The field's column, or its aggregate.</summary>
    public static void WriteSubject(SqlBuilder sql, ScalarCondition condition, string alias)
    {
        if (condition.Aggregate is not { } aggregate)
        {
            sql.Column(alias, condition.Field).Text(JsonComparisons.CastOf(condition.Field));
            return;
        }

        sql.Text(AggregateKinds.FunctionOf(aggregate)).Text("(").Column(alias, condition.Field).Text(")");
    }

    private static void WritePlain(SqlBuilder sql, ScalarCondition condition, string alias)
    {
        var isEquality = condition.Comparison is Comparison.Equal or Comparison.NotEqual;
        // Insensitive equality is a pattern match without placeholders of our own, as in the engine: % and _ in the value are wild.
        var lowers = condition.IsInsensitive && !isEquality;
        var lowersSubject = lowers && condition.Aggregate is null;
        sql.Text(lowersSubject ? "LOWER(" : "");
        WriteSubject(sql, condition, alias);
        sql.Text(lowersSubject ? ")" : "").Text(" ").Text(OperatorOf(condition.Comparison, condition.IsInsensitive)).Text(" ");
        sql.Text(lowers ? "LOWER(" : "");
        WriteOperand(sql, condition, alias, isList: false);
        sql.Text(lowers ? ")" : "");
    }

    private static void WriteMembership(SqlBuilder sql, ScalarCondition condition, string alias)
    {
        var isIn = condition.Comparison == Comparison.In;
        // Nothing is among no values, whatever their letters; the field may be one that has no letters at all.
        var isPattern = condition.IsInsensitive && condition.Operand is InputFieldReference;
        var lowers = condition.IsInsensitive && !isPattern && !IsEmptyList(condition.Operand);
        var lowersSubject = lowers && (condition.Aggregate is null || !isIn);
        sql.Text(lowersSubject ? "LOWER(" : "");
        WriteSubject(sql, condition, alias);
        sql.Text(lowersSubject ? ")" : "");
        sql.Text(
            (isIn, isPattern) switch
            {
                (true, false) => " = ANY(",
                (false, false) => " <> ALL(",
                (true, true) => " ILIKE ANY(",
                (false, true) => " NOT ILIKE ALL(",
            }
        );
        sql.Text(lowers ? "ARRAY(SELECT LOWER(v) FROM unnest(" : "");
        WriteOperand(sql, condition, alias, isList: true);
        sql.Text(lowers ? "::text[]) AS v)" : "").Text(")");
    }

    private static bool IsEmptyList(InputValue operand) =>
        operand is InputScalar { Expression: LiteralExpression { Value: ListValue { Items.Count: 0 } } };

    private static void WritePattern(SqlBuilder sql, ScalarCondition condition, string alias)
    {
        var (before, after, isNegated) = condition.Comparison switch
        {
            Comparison.Contains => ("%", "%", false),
            Comparison.NotContains => ("%", "%", true),
            Comparison.StartsWith => ("", "%", false),
            Comparison.NotStartsWith => ("", "%", true),
            Comparison.EndsWith => ("%", "", false),
            _ => ("%", "", true),
        };
        WriteSubject(sql, condition, alias);
        sql.Text(condition.IsInsensitive ? "" : "::text");
        sql.Text(isNegated ? " NOT" : "").Text(condition.IsInsensitive ? " ILIKE " : " LIKE ");
        Patterns.Write(sql, condition.Operand, before, after, alias);
    }

    private static void WriteOperand(SqlBuilder sql, ScalarCondition condition, string alias, bool isList)
    {
        if (condition.Operand is InputFieldReference other)
        {
            sql.Column(alias, other.Field).Text(JsonComparisons.CastOf(other.Field));
            return;
        }

        var type =
            condition.Aggregate == AggregateKind.Count
                ? ArgumentType.Unknown
                : FieldArguments.Of(condition.Field, isList || condition.Field.IsList);
        sql.Parameter(Constants.ExpressionOf(condition.Operand), type with { IsList = isList || condition.Field.IsList });
    }

    private static string OperatorOf(Comparison comparison, bool isInsensitive) =>
        comparison switch
        {
            Comparison.Equal => isInsensitive ? "ILIKE" : "=",
            Comparison.NotEqual => isInsensitive ? "NOT ILIKE" : "<>",
            Comparison.Less => "<",
            Comparison.LessOrEqual => "<=",
            Comparison.Greater => ">",
            _ => ">=",
        };
}
