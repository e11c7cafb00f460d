using Dormouse.Schema.Models;

namespace Dormouse.Migrations.Columns;

/// <summary>The types of columns.</summary>
internal static class ColumnTypes
{
    public static string Of(ScalarField field)
    {
        string type = Scalar(field, IsAutoincrement(field));
        return field.IsList ? type + "[]" : type;
    }

    /// <summary>The type of a column that refers to a field: the same, except that it counts nothing by itself.</summary>
    public static string OfReferenceTo(ScalarField field) => Scalar(field, isAutoincrement: false);

    private static bool IsAutoincrement(ScalarField field) => field.Default is FunctionDefault { Function: DefaultFunction.Autoincrement };

    private static string Scalar(ScalarField field, bool isAutoincrement)
    {
        if (field.UnsupportedType is { } unsupported)
        {
            return unsupported;
        }
        if (field.Enum is { } type)
        {
            return SqlText.Name(type);
        }
        string name = field.NativeType is { } native ? Native(native) : Usual(field.Type!.Value);
        return (isAutoincrement, name) switch
        {
            (true, "SMALLINT") => "SMALLSERIAL",
            (true, "INTEGER") => "SERIAL",
            (true, "BIGINT") => "BIGSERIAL",
            // A field of type OID may ask to be counted, but there is no such type: it gets no default.
            _ => name,
        };
    }

    private static string Native(NativeType type)
    {
        string name = type.Name == "DoublePrecision" ? "DOUBLE PRECISION" : type.Name.ToUpperInvariant();
        return type.Arguments.Count == 0 ? name : $"{name}({string.Join(',', type.Arguments)})";
    }

    private static string Usual(ScalarType type) =>
        type switch
        {
            ScalarType.Int => "INTEGER",
            ScalarType.BigInt => "BIGINT",
            ScalarType.Float => "DOUBLE PRECISION",
            ScalarType.Boolean => "BOOLEAN",
            ScalarType.String => "TEXT",
            ScalarType.DateTime => "TIMESTAMP(3)",
            ScalarType.Json => "JSONB",
            ScalarType.Bytes => "BYTEA",
            ScalarType.Decimal => "DECIMAL(65,30)",
            _ => throw new InvalidOperationException($"The scalar type {type} has no column type."),
        };
}
