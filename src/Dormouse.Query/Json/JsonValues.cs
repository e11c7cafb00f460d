using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Json;

/// <summary>JSON ▸ values ▸ JSON, for the nodes that need values of their own.</summary>
internal static class JsonValues
{
    /// <summary>Documents in JSON columns may be deep; deeper ones than this are refused where they must be looked into.</summary>
    public const int MaxDepth = 256;

    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = MaxDepth };

    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static PlanValue Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, DocumentOptions);
        return FromElement(document.RootElement);
    }

    public static PlanValue FromElement(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                return NullValue.Instance;
            case JsonValueKind.True:
                return BooleanValue.True;
            case JsonValueKind.False:
                return BooleanValue.False;
            case JsonValueKind.Number:
                return NumberValue.FromText(JsonMarshal.GetRawUtf8Value(element).ToArray());
            case JsonValueKind.String:
                return new TextValue(JsonStrings.Unescape(JsonMarshal.GetRawUtf8Value(element)[1..^1]));
            case JsonValueKind.Array:
                var items = new List<PlanValue>(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                {
                    items.Add(FromElement(item));
                }

                return new ListValue(items);
            default:
                var fields = new OrderedDictionary<string, PlanValue>();
                foreach (var property in element.EnumerateObject())
                {
                    fields[NameOf(property)] = FromElement(property.Value);
                }

                return new RecordValue(fields);
        }
    }

    public static string NameOf(JsonProperty property) =>
        Encoding.UTF8.GetString(JsonStrings.Unescape(JsonMarshal.GetRawUtf8PropertyName(property)).Span);

    public static string TextOf(JsonElement element) =>
        Encoding.UTF8.GetString(JsonStrings.Unescape(JsonMarshal.GetRawUtf8Value(element)[1..^1]).Span);

    public static ReadOnlyMemory<byte> Serialize(PlanValue value)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.WriterOptions))
        {
            Write(writer, value);
        }

        return output.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, PlanValue value)
    {
        switch (value)
        {
            case BooleanValue boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
            case NumberValue number when double.IsFinite(number.Value):
                writer.WriteRawValue(number.Text.Span, skipInputValidation: true);
                break;
            case TextValue text:
                writer.WriteStringValue(text.Utf8.Span);
                break;
            case BytesValue bytes:
                writer.WriteBase64StringValue(bytes.Bytes);
                break;
            case InstantValue { Instant: { } instant }:
                Span<byte> iso = stackalloc byte[InstantText.MaxLength];
                writer.WriteStringValue(iso[..InstantText.WriteIso(instant, iso)]);
                break;
            case ListValue list:
                WriteList(writer, list);
                break;
            case RecordValue record:
                WriteRecord(writer, record);
                break;
            case RowsValue rows:
                WriteList(writer, Cells.Records(rows));
                break;
            case RowValue row:
                WriteRecord(writer, Cells.Record(row.Rows, row.Row));
                break;
            case RawRowsValue or WrittenValue:
                throw PlanFailure.Malformed("the result of a raw query or of a data map is used as a value.");
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteList(Utf8JsonWriter writer, ListValue list)
    {
        writer.WriteStartArray();
        foreach (var item in list.Items)
        {
            Write(writer, item);
        }

        writer.WriteEndArray();
    }

    private static void WriteRecord(Utf8JsonWriter writer, RecordValue record)
    {
        writer.WriteStartObject();
        foreach (var (name, field) in record.Fields)
        {
            if (field is not NothingValue)
            {
                writer.WritePropertyName(name);
                Write(writer, field);
            }
        }

        writer.WriteEndObject();
    }
}
