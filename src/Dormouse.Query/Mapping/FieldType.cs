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

internal sealed record FieldType(FieldKind Kind, bool IsList, BytesEncoding Encoding, EnumNames? Enum)
{
    /// <summary>The rules of protocol A; null for protocol B.</summary>
    public EngineField? Engine { get; init; }
}

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

    public override string ToString() => "{count}";
}

/// <summary>A scalar or a list of scalars.</summary>
internal sealed class FieldStructure(string dbName, FieldType type) : ResultStructure
{
    public string DbName { get; } = dbName;

    public FieldType Type { get; } = type;

    public override string ToString() => DbName;
}

/// <summary>An object or a list of objects.</summary>
internal sealed class ObjectStructure : ResultStructure
{
    /// <summary>Beyond this many fields, looking for each of them in each object costs more than a dictionary.</summary>
    private const int FieldsWithoutIndex = 48;

    private BoundObject? lastBinding;

    /// <param name="serializedName">The property that holds it; null when its fields lie in the same row.</param>
    public ObjectStructure(string? serializedName, bool skipNulls, ObjectField[] fields)
    {
        SerializedName = serializedName;
        SkipNulls = skipNulls;
        Fields = fields;
        var names = Array.ConvertAll(
            fields,
            f => f.Structure is FieldStructure field ? field.DbName : SourceOf((ObjectStructure)f.Structure)
        );
        Sources = Array.ConvertAll(names, System.Text.Encoding.UTF8.GetBytes);
        if (fields.Length > FieldsWithoutIndex)
        {
            SourceIndex = names.Index().GroupBy(n => n.Item).ToDictionary(g => g.Key, g => g.Select(n => n.Index).ToArray());
        }
    }

    public string? SerializedName { get; }

    /// <summary>The relation whose records these are (protocol A); null for protocol B, and for what is no relation.</summary>
    public RelatedStructure? Relation { get; init; }

    public bool SkipNulls { get; }

    public ObjectField[] Fields { get; }

    /// <summary>The property from which each field is read.</summary>
    public byte[][] Sources { get; }

    /// <summary>The fields by source, for objects with many of them.</summary>
    public IReadOnlyDictionary<string, int[]>? SourceIndex { get; }

    /// <summary>The last binding to a table's columns; tables of one plan node nearly always have the same ones.</summary>
    public BoundObject? LastBinding
    {
        get => Volatile.Read(ref lastBinding);
        set => Volatile.Write(ref lastBinding, value);
    }

    public override string ToString() =>
        $"{{{string.Join(", ", Fields.Select(f => f.Structure is ObjectStructure o ? $"{f.Name} {o}" : f.Name))}}}";

    private static string SourceOf(ObjectStructure nested) => nested.SerializedName ?? string.Empty;
}

/// <summary>What protocol A says of the records of a relation.</summary>
/// <param name="IsRequired">There must be one.</param>
internal sealed record RelatedStructure(bool IsList, bool IsRequired);

/// <summary>A field with what stands before its value: <c>{"name":</c> for the first one, <c>,"name":</c> for the others.</summary>
internal readonly record struct ObjectField(string Name, byte[] Prefix, ResultStructure Structure);
