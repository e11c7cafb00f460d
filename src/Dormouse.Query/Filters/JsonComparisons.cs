using Dormouse.Query.Inputs;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Filters;

/// <summary>
/// Comparisons within a document. All but equality hold for values of one type only: the type is checked too, and below a NOT the
/// check lets other types pass.
/// </summary>
internal static class JsonComparisons
{
    public static void Write(SqlBuilder sql, JsonCondition condition, string alias, bool isReversed)
    {
        if (condition.Comparison is JsonComparison.Equal or JsonComparison.NotEqual)
        {
            WriteEquality(sql, condition, alias);
            return;
        }

        sql.Text("(");
        switch (condition.Comparison)
        {
            case JsonComparison.StringContains or JsonComparison.StringStartsWith or JsonComparison.StringEndsWith:
                WritePattern(sql, condition, alias);
                break;
            case JsonComparison.ArrayContains:
                WriteValue(sql, condition, alias);
                sql.Text(" @> ");
                WriteOperand(sql, condition, alias);
                break;
            case JsonComparison.ArrayStartsWith or JsonComparison.ArrayEndsWith:
                sql.Text("(");
                WriteValue(sql, condition, alias);
                sql.Text(condition.Comparison == JsonComparison.ArrayStartsWith ? "->0) = " : "->-1) = ");
                WriteOperand(sql, condition, alias);
                break;
            default:
                WriteValue(sql, condition, alias);
                sql.Text(OperatorOf(condition.Comparison));
                WriteOperand(sql, condition, alias);
                break;
        }

        sql.Text(isReversed ? " OR jsonb_typeof(" : " AND jsonb_typeof(");
        WriteValue(sql, condition, alias);
        sql.Text(isReversed ? ") <> " : ") = ");
        WriteTypeName(sql, condition, alias);
        sql.Text(")");
    }

    private static void WriteEquality(SqlBuilder sql, JsonCondition condition, string alias)
    {
        var isEqual = condition.Comparison == JsonComparison.Equal;
        WriteValue(sql, condition, alias);
        if (condition.Operand is InputNull)
        {
            sql.Text(isEqual ? " IS NULL" : " IS NOT NULL");
            return;
        }

        sql.Text(isEqual ? " = " : " <> ");
        WriteOperand(sql, condition, alias);
    }

    private static void WritePattern(SqlBuilder sql, JsonCondition condition, string alias)
    {
        var (before, after) = condition.Comparison switch
        {
            JsonComparison.StringContains => ("%", "%"),
            JsonComparison.StringStartsWith => ("", "%"),
            _ => ("%", ""),
        };
        sql.Text(condition.IsInsensitive ? "LOWER(" : "");
        if (condition.Path is { } path)
        {
            sql.Text("(").Column(alias, condition.Field).Text(" #>> ");
            sql.Parameter(Constants.ExpressionOf(path), ListOfText).Text(")");
        }
        else
        {
            sql.Column(alias, condition.Field).Text("::text");
        }

        sql.Text(condition.IsInsensitive ? ") LIKE LOWER(" : " LIKE ");
        Patterns.Write(sql, condition.Operand, before, after, alias);
        sql.Text(condition.IsInsensitive ? ")" : "");
    }

    /// <summary>The compared value of the document, as jsonb.</summary>
    private static void WriteValue(SqlBuilder sql, JsonCondition condition, string alias)
    {
        if (condition.Path is { } path)
        {
            sql.Text("(").Column(alias, condition.Field).Text(" #> ");
            sql.Parameter(Constants.ExpressionOf(path), ListOfText).Text(")").Text(CastOf(condition));
            return;
        }

        sql.Column(alias, condition.Field).Text(CastOf(condition));
    }

    private static void WriteOperand(SqlBuilder sql, JsonCondition condition, string alias)
    {
        if (condition.Operand is InputFieldReference other)
        {
            sql.Column(alias, other.Field).Text("::jsonb");
            return;
        }

        sql.Parameter(Constants.ExpressionOf(condition.Operand), ArgumentType.Unknown);
    }

    private static void WriteTypeName(SqlBuilder sql, JsonCondition condition, string alias)
    {
        switch (condition.Comparison)
        {
            case >= JsonComparison.ArrayContains:
                sql.Text("'array'");
                break;
            case >= JsonComparison.StringContains:
                sql.Text("'string'");
                break;
            default:
                sql.Text("jsonb_typeof(");
                WriteOperand(sql, condition, alias);
                sql.Text(")");
                break;
        }
    }

    // The column's real type may be json whatever the schema says; for jsonb the cast is nothing.
    private static string CastOf(JsonCondition condition) => CastOf(condition.Field);

    /// <summary>What gives a column a type with equality: PostgreSQL has none for json.</summary>
    public static string CastOf(ScalarField field) =>
        field.NativeType?.Name != "Json" ? ""
        : field.IsList ? "::jsonb[]"
        : "::jsonb";

    private static string OperatorOf(JsonComparison comparison) =>
        comparison switch
        {
            JsonComparison.Less => " < ",
            JsonComparison.LessOrEqual => " <= ",
            JsonComparison.Greater => " > ",
            _ => " >= ",
        };

    private static ArgumentType ListOfText => new(IsList: true, ArgumentConversion.None, default);
}
