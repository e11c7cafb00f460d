namespace Dormouse.Schema.Models;

/// <summary>The names of the scalar types.</summary>
public static class ScalarTypes
{
    private static readonly string[] NamesInOrder = Enum.GetNames<ScalarType>();

    public static IReadOnlyList<string> Names => NamesInOrder;

    public static string Name(ScalarType type) => NamesInOrder[(int)type];

    /// <summary>Asked for every field of every schema; the compiler's switch needs no table to be made and is faster than one.</summary>
    public static bool TryParse(string name, out ScalarType type)
    {
        ScalarType? found = name switch
        {
            nameof(ScalarType.Int) => ScalarType.Int,
            nameof(ScalarType.BigInt) => ScalarType.BigInt,
            nameof(ScalarType.Float) => ScalarType.Float,
            nameof(ScalarType.Boolean) => ScalarType.Boolean,
            nameof(ScalarType.String) => ScalarType.String,
            nameof(ScalarType.DateTime) => ScalarType.DateTime,
            nameof(ScalarType.Json) => ScalarType.Json,
            nameof(ScalarType.Bytes) => ScalarType.Bytes,
            nameof(ScalarType.Decimal) => ScalarType.Decimal,
            _ => null,
        };
        type = found.GetValueOrDefault();
        return found is not null;
    }
}
