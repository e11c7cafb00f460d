using System.Text;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;

namespace Dormouse.Query.Mapping;

/// <summary>Reads the structure of a dataMap.</summary>
internal sealed class StructureReader(JsonElement enums, Action countElement)
{
    private readonly Dictionary<string, EnumNames> known = [];

    public ResultStructure Read(JsonElement element)
    {
        countElement();
        var type = element.Text("type");
        return type switch
        {
            "affectedRows" => AffectedRowsStructure.Instance,
            "field" => new FieldStructure(element.Text("dbName") ?? "<result>", ReadFieldType(element.Required("fieldType"))),
            "object" => ReadObject(element),
            _ => throw PlanFailure.Malformed($"'{type}' is no kind of result structure."),
        };
    }

    private ObjectStructure ReadObject(JsonElement element)
    {
        var fields = new List<ObjectField>();
        foreach (var property in element.Required("fields").Properties())
        {
            var name = JsonValues.NameOf(property);
            var structure = Read(property.Value);
            if (structure is AffectedRowsStructure)
            {
                throw PlanFailure.Inconsistent($"Unexpected 'AffectedRows' node in data mapping for field '{name}'");
            }

            fields.Add(new ObjectField(name, Prefix(name, fields.Count == 0), structure));
        }

        var skipNulls = element.TryGetProperty("skipNulls", out var skip) && skip.ValueKind == JsonValueKind.True;
        return new ObjectStructure(element.Text("serializedName"), skipNulls, [.. fields]);
    }

    private FieldType ReadFieldType(JsonElement element)
    {
        var type = element.Text("type");
        var kind = type switch
        {
            "string" => FieldKind.String,
            "int" => FieldKind.Int,
            "bigint" => FieldKind.BigInt,
            "float" => FieldKind.Float,
            "boolean" => FieldKind.Boolean,
            "decimal" => FieldKind.Decimal,
            "datetime" => FieldKind.DateTime,
            "object" => FieldKind.Object,
            "json" => FieldKind.Json,
            "bytes" => FieldKind.Bytes,
            "enum" => FieldKind.Enum,
            "unsupported" => FieldKind.Unsupported,
            _ => throw PlanFailure.Malformed($"'{type}' is no type of a result field."),
        };
        var encoding = element.Text("encoding") switch
        {
            "hex" => BytesEncoding.Hex,
            "base64" => BytesEncoding.Base64,
            _ => BytesEncoding.Array,
        };
        return new FieldType(kind, element.Text("arity") == "list", encoding, kind == FieldKind.Enum ? ReadEnum(element) : null);
    }

    private EnumNames ReadEnum(JsonElement element)
    {
        var name = element.Text("name") ?? string.Empty;
        if (known.TryGetValue(name, out var found))
        {
            return found;
        }

        var names = new List<(byte[], byte[])>();
        var isKnown = enums.ValueKind == JsonValueKind.Object && enums.TryGetProperty(name, out var values);
        if (isKnown)
        {
            foreach (var value in enums.GetProperty(name).Properties())
            {
                countElement();
                names.Add(
                    (Encoding.UTF8.GetBytes(JsonValues.NameOf(value)), JsonValues.Serialize(JsonValues.FromElement(value.Value)).ToArray())
                );
            }
        }

        return known[name] = new EnumNames(name, names) { IsKnown = isKnown };
    }

    private static byte[] Prefix(string name, bool isFirst)
    {
        var json = JsonValues.Serialize(Values.TextValue.Of(name));
        return [isFirst ? (byte)'{' : (byte)',', .. json.Span, (byte)':'];
    }
}
