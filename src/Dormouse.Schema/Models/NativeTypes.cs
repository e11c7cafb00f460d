using System.Collections.Frozen;

namespace Dormouse.Schema.Models;

/// <summary>A type of PostgreSQL that the language knows: the scalar type it belongs to, and how many numbers it takes.</summary>
internal sealed record NativeTypeShape(string Name, ScalarType Scalar, int MostArguments)
{
    /// <summary>The type as it is without arguments.</summary>
    public NativeType Plain { get; } = new(Name, []);
}

/// <summary>The types of PostgreSQL that the language knows.</summary>
internal static class NativeTypes
{
    private static readonly NativeTypeShape[] All =
    [
        new("SmallInt", ScalarType.Int, 0),
        new("Integer", ScalarType.Int, 0),
        new("BigInt", ScalarType.BigInt, 0),
        new("Decimal", ScalarType.Decimal, 2),
        new("Money", ScalarType.Decimal, 0),
        new("Inet", ScalarType.String, 0),
        new("Oid", ScalarType.Int, 0),
        new("Citext", ScalarType.String, 0),
        new("Real", ScalarType.Float, 0),
        new("DoublePrecision", ScalarType.Float, 0),
        new("VarChar", ScalarType.String, 1),
        new("Char", ScalarType.String, 1),
        new("Text", ScalarType.String, 0),
        new("ByteA", ScalarType.Bytes, 0),
        new("Timestamp", ScalarType.DateTime, 1),
        new("Timestamptz", ScalarType.DateTime, 1),
        new("Date", ScalarType.DateTime, 0),
        new("Time", ScalarType.DateTime, 1),
        new("Timetz", ScalarType.DateTime, 1),
        new("Boolean", ScalarType.Boolean, 0),
        new("Bit", ScalarType.String, 1),
        new("VarBit", ScalarType.String, 1),
        new("Uuid", ScalarType.String, 0),
        new("Xml", ScalarType.String, 0),
        new("Json", ScalarType.Json, 0),
        new("JsonB", ScalarType.Json, 0),
    ];

    private static readonly FrozenDictionary<string, NativeTypeShape> ByName = All.ToFrozenDictionary(shape => shape.Name);

    public static IEnumerable<string> Names => All.Select(shape => shape.Name);

    public static NativeTypeShape? Find(string name) => ByName.GetValueOrDefault(name);
}
