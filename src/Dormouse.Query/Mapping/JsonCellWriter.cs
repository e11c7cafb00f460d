using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Mapping;

/// <summary>
/// The parts of an answer that come as JSON (relations that the database has aggregated): picked out of the text, never made objects.
/// </summary>
internal static class JsonCellWriter
{
    /// <summary>An object or a list of objects.</summary>
    public static void WriteObjects(AnswerWriter answer, ObjectStructure structure, ReadOnlySpan<byte> json)
    {
        json = json.Trim(" \n\r\t"u8);
        switch (json[0])
        {
            case (byte)'n':
                answer.Null();
                break;
            case (byte)'{':
                WriteObject(answer, structure, json);
                break;
            case (byte)'[':
                WriteList(answer, structure, json);
                break;
            case (byte)'"':
                WriteNestedText(answer, structure, json);
                break;
            case (byte)'t' or (byte)'f':
                throw PlanFailure.Inconsistent("Expected an array or an object, got: boolean");
            default:
                throw PlanFailure.Inconsistent("Expected an array or an object, got: number");
        }
    }

    public static void Write(AnswerWriter answer, FieldStructure field, ReadOnlySpan<byte> json)
    {
        if (json[0] == (byte)'n')
        {
            answer.Raw(field.Type.IsList ? "[]"u8 : "null"u8);
            return;
        }

        if (!field.Type.IsList)
        {
            WriteScalar(answer, field, -1, json);
            return;
        }

        if (json[0] == (byte)'"')
        {
            // The compiler casts BigInt[] to text inside aggregated JSON: PostgreSQL's own literal stands where a list is declared.
            TextCellWriter.WriteList(answer, field, CellForm.Text, JsonStrings.Unescape(json[1..^1]).Span);
            return;
        }

        if (json[0] != (byte)'[')
        {
            throw TextCellWriter.Unexpected(field, -1, TypeNameOf(json), json);
        }

        answer.Byte((byte)'[');
        var items = new JsonMembers(json);
        for (var index = 0; items.MoveNext(); index++)
        {
            if (index > 0)
            {
                answer.Byte((byte)',');
            }

            WriteScalar(answer, field, index, items.Value);
        }

        answer.Byte((byte)']');
    }

    public static void WriteScalar(AnswerWriter answer, FieldStructure field, int index, ReadOnlySpan<byte> json)
    {
        var kind = field.Type.Kind;
        if (kind == FieldKind.Unsupported)
        {
            answer.Raw(json);
            return;
        }

        if (kind == FieldKind.Object || (kind == FieldKind.Json && json[0] != (byte)'"'))
        {
            TaggedValues.Json(answer, json);
            return;
        }

        switch (json[0])
        {
            case (byte)'"':
                WriteText(answer, field, index, json);
                break;
            case (byte)'n':
                TextCellWriter.WriteNullElement(answer, field, index);
                break;
            case (byte)'t' or (byte)'f' when kind == FieldKind.Boolean:
                answer.Raw(json);
                break;
            case (byte)'[' when kind == FieldKind.Bytes:
                TaggedValues.Bytes(answer, BytesOf(json));
                break;
            case (byte)'{' or (byte)'[' or (byte)'t' or (byte)'f' when kind != FieldKind.Enum:
                throw TextCellWriter.Unexpected(field, index, TypeNameOf(json), json);
            default:
                WriteNumber(answer, field, index, json);
                break;
        }
    }

    private static void WriteObject(AnswerWriter answer, ObjectStructure structure, ReadOnlySpan<byte> json)
    {
        answer.ThrowIfCancelled();
        var fields = structure.Fields;
        if (fields.Length == 0)
        {
            answer.Raw("{}"u8);
            return;
        }

        Span<(int Start, int Length)> found = fields.Length <= 64 ? stackalloc (int, int)[fields.Length] : new (int, int)[fields.Length];
        found.Clear();
        Locate(structure, json, found);
        for (var i = 0; i < fields.Length; i++)
        {
            answer.Raw(fields[i].Prefix);
            if (fields[i].Structure is ObjectStructure { SerializedName: null } sameRow)
            {
                WriteObject(answer, sameRow, json);
                continue;
            }

            if (found[i].Length == 0)
            {
                throw MissingField.Of(fields[i], Encoding.UTF8.GetString(json));
            }

            var value = json.Slice(found[i].Start, found[i].Length);
            if (fields[i].Structure is ObjectStructure nested)
            {
                WriteObjects(answer, nested, value);
            }
            else
            {
                Write(answer, (FieldStructure)fields[i].Structure, value);
            }
        }

        answer.Byte((byte)'}');
    }

    /// <summary>Notes where the value of each field lies.</summary>
    private static void Locate(ObjectStructure structure, ReadOnlySpan<byte> json, Span<(int Start, int Length)> found)
    {
        var members = new JsonMembers(json);
        while (members.MoveNext())
        {
            var name = members.Name.Contains((byte)'\\') ? JsonStrings.Unescape(members.Name).Span : members.Name;
            var place = (members.ValueStart, members.Value.Length);
            if (structure.SourceIndex is { } index)
            {
                foreach (var field in index.GetValueOrDefault(Encoding.UTF8.GetString(name), []))
                {
                    found[field] = place;
                }

                continue;
            }

            for (var i = 0; i < structure.Sources.Length; i++)
            {
                if (name.SequenceEqual(structure.Sources[i]))
                {
                    found[i] = place;
                }
            }
        }
    }

    private static void WriteList(AnswerWriter answer, ObjectStructure structure, ReadOnlySpan<byte> json)
    {
        answer.Byte((byte)'[');
        var items = new JsonMembers(json);
        var first = true;
        while (items.MoveNext())
        {
            if (structure.SkipNulls && items.Value[0] == (byte)'n')
            {
                continue;
            }

            if (!first)
            {
                answer.Byte((byte)',');
            }

            first = false;
            if (items.Value[0] != (byte)'{')
            {
                throw PlanFailure.Inconsistent($"Expected an object, but got '{TypeNameOf(items.Value)}'");
            }

            WriteObject(answer, structure, items.Value);
        }

        answer.Byte((byte)']');
    }

    private static void WriteNestedText(AnswerWriter answer, ObjectStructure structure, ReadOnlySpan<byte> json)
    {
        var text = JsonStrings.Unescape(json[1..^1]).Span;
        if (!JsonScan.IsValid(text))
        {
            throw PlanFailure.Inconsistent("Expected an array or object, got a string that is not valid JSON");
        }

        WriteObjects(answer, structure, text);
    }

    private static void WriteText(AnswerWriter answer, FieldStructure field, int index, ReadOnlySpan<byte> json)
    {
        if (field.Type.Kind == FieldKind.String)
        {
            answer.Raw(json);
            return;
        }

        var content = json[1..^1];
        var text = content.Contains((byte)'\\') ? JsonStrings.Unescape(content).Span : content;
        switch (field.Type.Kind)
        {
            case FieldKind.DateTime:
                TaggedValues.AnyInstant(answer, text);
                break;
            case FieldKind.Bytes when text.StartsWith("\\x"u8):
                TaggedValues.HexBytes(answer, text[2..]);
                break;
            case FieldKind.Bytes when field.Type.Encoding == BytesEncoding.Hex:
                throw TextCellWriter.Unexpected(field, index, "string", text);
            case FieldKind.Bytes:
                TaggedValues.Plain(answer, "Bytes"u8, text);
                break;
            default:
                TextCellWriter.WriteScalar(answer, field, index, CellForm.Text, text);
                break;
        }
    }

    private static void WriteNumber(AnswerWriter answer, FieldStructure field, int index, ReadOnlySpan<byte> json)
    {
        switch (field.Type.Kind)
        {
            case FieldKind.Int:
                TextCellWriter.WriteInteger(answer, field, index, json);
                break;
            case FieldKind.Boolean:
                answer.Raw(json.SequenceEqual("1"u8) ? "true"u8 : "false"u8);
                break;
            case FieldKind.String or FieldKind.Bytes:
                throw TextCellWriter.Unexpected(field, index, "number", json);
            case FieldKind.DateTime:
                TaggedValues.InstantOf(answer, Instant.FromUnixMilliseconds(JsNumber.Parse(json)));
                break;
            default:
                TextCellWriter.WriteScalar(answer, field, index, CellForm.Float, json);
                break;
        }
    }

    private static byte[] BytesOf(ReadOnlySpan<byte> json)
    {
        var bytes = new List<byte>();
        var items = new JsonMembers(json);
        while (items.MoveNext())
        {
            bytes.Add((byte)(long)Math.Clamp(JsNumber.Parse(items.Value), 0, 255));
        }

        return [.. bytes];
    }

    private static string TypeNameOf(ReadOnlySpan<byte> json) =>
        json[0] switch
        {
            (byte)'"' => "string",
            (byte)'t' or (byte)'f' => "boolean",
            (byte)'{' or (byte)'[' or (byte)'n' => "object",
            _ => "number",
        };
}
