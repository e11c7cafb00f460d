using System.Globalization;
using Dormouse.Schema.Models;

namespace Dormouse.Migrations.Columns;

/// <summary>The defaults that the database fills in. Those that the query engine makes (<c>uuid()</c> and so on) are none of its.</summary>
internal static class ColumnDefaults
{
    /// <summary>The expression; null where the column has no default of its own.</summary>
    public static string? Of(ScalarField field) =>
        field.Default switch
        {
            null => null,
            DatabaseDefault database => database.Expression,
            FunctionDefault { Function: DefaultFunction.Now } => "CURRENT_TIMESTAMP",
            // autoincrement() is a matter of the type.
            FunctionDefault => null,
            ListDefault list =>
                $"ARRAY[{string.Join(", ", list.Items.Select(item => Literal(field.Type, item)))}]::{ColumnTypes.Of(field)}",
            { } value => Literal(field.Type, value),
        };

    private static string Literal(ScalarType? type, DefaultValue value) =>
        (type, value) switch
        {
            (_, EnumDefault item) => SqlText.Literal(item.Value.DatabaseName),
            (_, BooleanDefault boolean) => boolean.Value ? "true" : "false",
            (ScalarType.Int or ScalarType.BigInt, NumberDefault number) => long.Parse(number.Text, CultureInfo.InvariantCulture)
                .ToString(CultureInfo.InvariantCulture),
            (_, NumberDefault number) => DecimalText.Plain(number.Text),
            (ScalarType.Decimal, StringDefault text) => DecimalText.Plain(text.Value),
            (ScalarType.DateTime, StringDefault text) => SqlText.Literal(TimestampText.Of(text.Value)),
            (ScalarType.Bytes, StringDefault text) => $"'\\x{Convert.ToHexStringLower(Convert.FromBase64String(text.Value))}'",
            (_, StringDefault text) => SqlText.Literal(text.Value),
            _ => throw new InvalidOperationException($"{value} is no literal of the type {type}."),
        };
}
