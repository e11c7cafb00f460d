using System.Text;

namespace Dormouse.Query.Mapping;

internal enum FieldKind : byte
{
    Unsupported,
    String,
    Int,
    BigInt,
    Float,
    Boolean,
    Decimal,
    DateTime,
    Object,
    Json,
    Bytes,
    Enum,
}

/// <summary>How the bytes of a field are written where they come from: by the driver, or inside aggregated JSON.</summary>
internal enum BytesEncoding : byte
{
    Array,
    Base64,
    Hex,
}

internal sealed record FieldType(FieldKind Kind, bool IsList, BytesEncoding Encoding, EnumNames? Enum);

/// <summary>The database's values of one enum and what they are called in the Prisma schema, ready as JSON.</summary>
internal sealed class EnumNames(string name, IReadOnlyList<(byte[] Value, byte[] Json)> names)
{
    public string Name { get; } = name;

    public bool IsKnown { get; init; } = true;

    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> value)
    {
        foreach (var (candidate, json) in names)
        {
            if (value.SequenceEqual(candidate))
            {
                return json;
            }
        }

        return default;
    }
}

/// <summary>The shape of an answer or of a part of it.</summary>
internal abstract class ResultStructure;

/// <summary><c>{"count":n}</c></summary>
internal sealed class AffectedRowsStructure : ResultStructure
{
    public static readonly AffectedRowsStructure Instance = new();
}

/// <summary>A scalar or a list of scalars.</summary>
internal sealed class FieldStructure(string dbName, FieldType type) : ResultStructure
{
    public string DbName { get; } = dbName;

    public byte[] DbNameUtf8 { get; } = Encoding.UTF8.GetBytes(dbName);

    public FieldType Type { get; } = type;
}

/// <summary>An object or a list of objects.</summary>
/// <param name="serializedName">The property that holds it; null when its fields lie in the same row.</param>
internal sealed class ObjectStructure(string? serializedName, bool skipNulls, ObjectField[] fields) : ResultStructure
{
    public string? SerializedName { get; } = serializedName;

    public byte[] SerializedNameUtf8 { get; } = Encoding.UTF8.GetBytes(serializedName ?? string.Empty);

    public bool SkipNulls { get; } = skipNulls;

    public ObjectField[] Fields { get; } = fields;

    /// <summary>The last binding to a table's columns; tables of one plan node nearly always have the same ones.</summary>
    public volatile BoundObject? LastBinding;
}

/// <summary>A field with what stands before its value: <c>{"name":</c> for the first one, <c>,"name":</c> for the others.</summary>
internal readonly record struct ObjectField(string Name, byte[] Prefix, ResultStructure Structure);
