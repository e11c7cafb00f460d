using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Json;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Operations;

/// <summary>
/// The <c>findMany</c> that Prisma's engine makes of look-ups which clients merge. Dormouse runs another statement (see
/// <see cref="Reads.MergedFinds"/>); but where one of the look-ups is wrong, the engine's words are about this document, and about all of
/// them at once. Only made when something is wrong.
/// </summary>
internal sealed class MergedDocument
{
    private readonly List<(string Field, JsonElement Value)[]> keys = [];

    /// <summary>Null where the engine would run them one by one.</summary>
    public static ReadOnlyMemory<byte>? Of(IReadOnlyList<ReadOnlyMemory<byte>> queries, PrismaSchema schema)
    {
        var options = new JsonDocumentOptions { MaxDepth = JsonValues.MaxDepth };
        var documents = new List<JsonDocument>();
        try
        {
            foreach (var query in queries)
            {
                documents.Add(JsonDocument.Parse(query, options));
            }

            return Of(documents.ConvertAll(document => document.RootElement), schema);
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            documents.ForEach(document => document.Dispose());
        }
    }

    private static ReadOnlyMemory<byte>? Of(List<JsonElement> queries, PrismaSchema schema)
    {
        if (queries.Count == 0)
        {
            return null;
        }

        var first = queries[0];
        if (
            Text(first, "action") is not ("findUnique" or "findUniqueOrThrow")
            || !schema.TryGetModel(Text(first, "modelName") ?? "", out var model)
            || Member(first, "query", "selection") is not { ValueKind: JsonValueKind.Object } selection
            || queries.Exists(query => !IsAlike(query, first))
        )
        {
            return null;
        }

        var merged = new MergedDocument();
        if (!queries.TrueForAll(query => merged.TryAdd(query, model)))
        {
            return null;
        }

        return merged.Write(model, selection);
    }

    private static bool IsAlike(JsonElement one, JsonElement other) =>
        Text(one, "action") == Text(other, "action")
        && Text(one, "modelName") == Text(other, "modelName")
        && Member(one, "query", "selection")?.GetRawText() == Member(other, "query", "selection")?.GetRawText();

    /// <summary>Takes the keys of one look-up; false where it asks for more than the equality of fields.</summary>
    private bool TryAdd(JsonElement query, Model model)
    {
        if (Member(query, "query", "arguments", "where") is not { ValueKind: JsonValueKind.Object } where)
        {
            return false;
        }

        var found = new List<(string, JsonElement)>();
        foreach (var part in where.EnumerateObject())
        {
            var isObject = part.Value.ValueKind == JsonValueKind.Object && !part.Value.TryGetProperty("$type"u8, out _);
            if (isObject && model.UniqueCriteria.Any(key => key.Fields.Count > 1 && key.ClientName == part.Name))
            {
                found.AddRange(part.Value.EnumerateObject().Select(inner => (inner.Name, inner.Value)));
                continue;
            }

            var value = isObject ? Member(part.Value, "equals") : part.Value;
            if (value is not { } equal || !model.TryGetField(part.Name, out var field) || field is not ScalarField)
            {
                return false;
            }

            found.Add((part.Name, equal));
        }

        keys.Add([.. found]);
        return true;
    }

    private ReadOnlyMemory<byte> Write(Model model, JsonElement selection)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("modelName"u8, model.Name);
            writer.WriteString("action"u8, "findMany"u8);
            writer.WriteStartObject("query"u8);
            writer.WriteStartObject("arguments"u8);
            writer.WritePropertyName("where"u8);
            WriteWhere(writer);
            writer.WriteEndObject();
            writer.WriteStartObject("selection"u8);
            WriteSelected(writer, selection);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private void WriteWhere(Utf8JsonWriter writer)
    {
        string[] fields = [.. keys.SelectMany(one => one).Select(key => key.Field).Distinct()];
        var values = keys.SelectMany(one => one).Select(key => key.Value).ToArray();
        if (fields is not [var field] || values.Any(value => value.ValueKind is JsonValueKind.True or JsonValueKind.False))
        {
            WriteList(writer, "OR"u8, keys, static (writer, one) => WriteList(writer, "AND"u8, one, WriteEquality));
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartObject(field);
        writer.WriteStartArray("in"u8);
        foreach (var value in values)
        {
            value.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>A condition of several; one alone stands for itself.</summary>
    private static void WriteList<T>(
        Utf8JsonWriter writer,
        ReadOnlySpan<byte> name,
        IReadOnlyList<T> items,
        Action<Utf8JsonWriter, T> write
    )
    {
        if (items.Count == 1)
        {
            write(writer, items[0]);
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteEquality(Utf8JsonWriter writer, (string Field, JsonElement Value) key)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(key.Field);
        writer.WritePropertyName("equals"u8);
        key.Value.WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // The engine finds the records of each look-up by the keys, so it selects them too.
    private void WriteSelected(Utf8JsonWriter writer, JsonElement selection)
    {
        foreach (var member in selection.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        foreach (var field in keys.SelectMany(one => one).Select(key => key.Field).Distinct())
        {
            if (!selection.TryGetProperty(field, out _) && !selection.TryGetProperty("$scalars"u8, out _))
            {
                writer.WriteBoolean(field, true);
            }
        }
    }

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Member(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }
}
