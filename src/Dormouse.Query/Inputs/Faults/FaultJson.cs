using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Inputs.Types;
using Dormouse.Query.Json;

namespace Dormouse.Query.Inputs.Faults;

/// <summary>Faults as the client gets them.</summary>
internal static class FaultJson
{
    public static PlanException ToException(Fault fault)
    {
        var meta = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(meta, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, fault.Kind);
            fault.WriteMeta(writer);
            writer.WriteEndObject();
        }

        return new PlanException(fault.Code, fault.ToString(), meta.WrittenMemory);
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, int? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    public static void WriteType(Utf8JsonWriter writer, InputType type)
    {
        writer.WriteStartObject();
        switch (type)
        {
            case ListInputType list:
                writer.WriteString("kind"u8, "list");
                writer.WritePropertyName("elementType"u8);
                WriteType(writer, list.Item);
                break;
            case InputObjectType objects:
                writer.WriteString("kind"u8, "object");
                writer.WriteString("name"u8, objects.Name);
                WriteFields(writer, objects);
                break;
            default:
                writer.WriteString("kind"u8, type is EnumInputType or ConstantInputType ? "enum" : "scalar");
                writer.WriteString("name"u8, type.Name);
                break;
        }

        writer.WriteEndObject();
    }

    public static void WriteOutputType(Utf8JsonWriter writer, OutputObjectType type)
    {
        writer.WriteStartObject("outputType"u8);
        writer.WriteString("name"u8, type.Name);
        writer.WriteStartArray("fields"u8);
        foreach (var field in type.Fields)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, field.Name);
            writer.WriteString("typeName"u8, field.TypeName);
            writer.WriteBoolean("isRelation"u8, field.Kind == OutputKind.Relation);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, InputObjectType type)
    {
        writer.WriteStartArray("fields"u8);
        foreach (var field in type.Fields)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, field.Name);
            Write(writer, "typeNames"u8, field.Types.Select(item => item.Name));
            writer.WriteBoolean("required"u8, field.IsRequired);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
