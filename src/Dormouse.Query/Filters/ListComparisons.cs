using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Filters;

/// <summary>Tests of what a scalar list holds.</summary>
internal static class ListComparisons
{
    public static void Write(SqlBuilder sql, ListCondition condition, string alias)
    {
        var type = FieldArguments.Of(condition.Field, isList: true);
        var cast = JsonComparisons.CastOf(condition.Field);
        switch (condition.Comparison)
        {
            case ListComparison.IsEmpty or ListComparison.IsNotEmpty:
                sql.Column(alias, condition.Field).Text(cast);
                sql.Text(condition.Comparison == ListComparison.IsEmpty ? " = '{}'" : " <> '{}'");
                break;
            case ListComparison.Has when condition.Operand is InputFieldReference element:
                sql.Column(alias, element.Field).Text(JsonComparisons.CastOf(element.Field));
                sql.Text(" = ANY(").Column(alias, condition.Field).Text(cast).Text(")");
                break;
            case ListComparison.Has:
                sql.Column(alias, condition.Field).Text(cast).Text(" @> ");
                sql.Parameter(new ListExpression([Constants.ExpressionOf(condition.Operand!)]), type);
                break;
            default:
                sql.Column(alias, condition.Field).Text(cast);
                sql.Text(condition.Comparison == ListComparison.HasSome ? " && " : " @> ");
                if (condition.Operand is InputFieldReference other)
                {
                    sql.Column(alias, other.Field).Text(JsonComparisons.CastOf(other.Field));
                }
                else
                {
                    sql.Parameter(Constants.ExpressionOf(condition.Operand!), type);
                }

                break;
        }
    }
}
