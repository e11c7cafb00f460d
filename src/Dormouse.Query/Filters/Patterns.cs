using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Filters;

/// <summary>Patterns of LIKE. What the client's text holds of % and _ is wild too, as in Prisma's engine.</summary>
internal static class Patterns
{
    /// <param name="before">What stands before the value: % or nothing.</param>
    public static void Write(SqlBuilder sql, InputValue operand, string before, string after, string alias)
    {
        if (operand is InputFieldReference other)
        {
            sql.Text("(").Text(before.Length > 0 ? "'%' || " : "");
            sql.Column(alias, other.Field).Text(after.Length > 0 ? " || '%')" : ")");
            return;
        }

        sql.Parameter(new SurroundedExpression(before, Constants.ExpressionOf(operand), after), ArgumentType.Unknown);
    }
}
