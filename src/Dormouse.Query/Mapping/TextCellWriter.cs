using System.Globalization;
using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Mapping;

/// <summary>A cell in PostgreSQL's text format, written as JSON of the type that the plan declares. The hot end of the interpreter.</summary>
internal static class TextCellWriter
{
    public static void Write(AnswerWriter answer, FieldStructure field, PgType pgType, ReadOnlySpan<byte> text)
    {
        if (!field.Type.IsList)
        {
            if (pgType.IsArray)
            {
                throw Unexpected(field, -1, "object", text);
            }

            WriteScalar(answer, field, -1, pgType.Form, text);
            return;
        }

        if (pgType.Form == CellForm.Json && !pgType.IsArray && text.StartsWith("["u8))
        {
            JsonCellWriter.Write(answer, field, text);
            return;
        }

        // Arrays of types that users made come as plain text to the reference, which then fails; the literal says all that is needed.
        WriteList(answer, field, pgType.Form, text);
    }

    /// <summary>NULL in place of a value.</summary>
    public static void WriteNull(AnswerWriter answer, FieldStructure field)
    {
        if (field.Type is { IsList: false, Engine: { IsRequired: true } engine })
        {
            throw engine.NullFound();
        }

        answer.Raw(field.Type.IsList ? "[]"u8 : "null"u8);
    }

    public static void WriteList(AnswerWriter answer, FieldStructure field, CellForm form, ReadOnlySpan<byte> literal)
    {
        if (literal.IsEmpty || literal[0] is not ((byte)'{' or (byte)'['))
        {
            throw Unexpected(field, -1, "string", literal);
        }

        var reader = new ArrayLiteral(literal);
        reader.Read();
        answer.Byte((byte)'[');
        for (var index = 0; ; index++)
        {
            var token = reader.Read();
            if (token == ArrayToken.EndArray)
            {
                break;
            }

            if (index > 0)
            {
                answer.Byte((byte)',');
            }

            switch (token)
            {
                case ArrayToken.Value:
                    WriteScalar(answer, field, index, form, reader.Value);
                    break;
                case ArrayToken.Null:
                    WriteNullElement(answer, field, index);
                    break;
                default:
                    throw Unexpected(field, index, "object", literal);
            }
        }

        answer.Byte((byte)']');
    }

    /// <summary>NULL inside a list: only JSON, booleans (false) and unsupported types know what to do with it.</summary>
    public static void WriteNullElement(AnswerWriter answer, FieldStructure field, int index)
    {
        switch (field.Type.Kind)
        {
            case FieldKind.Json or FieldKind.Object:
                answer.Raw("{\"$type\":\"Json\",\"value\":\"null\"}"u8);
                break;
            case FieldKind.Unsupported:
                answer.Null();
                break;
            default:
                throw field.Type.Engine?.NullFound() ?? Unexpected(field, index, "object", "null"u8);
        }
    }

    public static void WriteScalar(AnswerWriter answer, FieldStructure field, int index, CellForm form, ReadOnlySpan<byte> text)
    {
        switch (field.Type.Kind)
        {
            case FieldKind.String:
                WriteString(answer, field, index, form, text);
                break;
            case FieldKind.Int:
                WriteInt(answer, field, index, form, text);
                break;
            case FieldKind.BigInt:
                Require(form is not (CellForm.Boolean or CellForm.Bytes), field, index, form, text);
                TaggedValues.Plain(answer, "BigInt"u8, text);
                break;
            case FieldKind.Float:
                WriteFloat(answer, field, index, form, text);
                break;
            case FieldKind.Boolean:
                WriteBoolean(answer, field, index, form, text);
                break;
            case FieldKind.Decimal:
                Require(form is not (CellForm.Boolean or CellForm.Bytes), field, index, form, text);
                WriteDecimal(answer, field, form == CellForm.Money ? Cells.MoneyText(text) : text);
                break;
            case FieldKind.DateTime:
                Require(form is not (CellForm.Boolean or CellForm.Bytes), field, index, form, text);
                WriteInstant(answer, form, text);
                break;
            case FieldKind.Object or FieldKind.Json:
                WriteJson(answer, field, form, text);
                break;
            case FieldKind.Bytes:
                WriteBytes(answer, field, index, form, text);
                break;
            case FieldKind.Enum:
                WriteEnum(answer, field, text);
                break;
            default:
                RawCellWriter.WriteScalar(answer, form, text);
                break;
        }
    }

    private static void WriteDecimal(AnswerWriter answer, FieldStructure field, ReadOnlySpan<byte> text)
    {
        if (field.Type.Engine is null)
        {
            TaggedValues.Decimal(answer, text);
            return;
        }

        TaggedValues.Plain(answer, "Decimal"u8, DecimalText.WithoutZeros(text));
    }

    private static void WriteEnum(AnswerWriter answer, FieldStructure field, ReadOnlySpan<byte> value)
    {
        var names = field.Type.Enum!;
        if (!names.IsKnown)
        {
            throw PlanFailure.Inconsistent($"Unknown enum '{names.Name}'");
        }

        var json = names.Find(value);
        if (json.IsEmpty)
        {
            var message = $"Value '{Encoding.UTF8.GetString(value)}' not found in enum '{names.Name}'";
            throw field.Type.Engine is null ? PlanFailure.Inconsistent(message) : PlanFailure.Plain(message);
        }

        answer.Raw(json);
    }

    /// <summary>Math.trunc(Number(text)), refusing what JavaScript cannot hold.</summary>
    public static void WriteInteger(AnswerWriter answer, FieldStructure field, int index, ReadOnlySpan<byte> text)
    {
        if (JsNumber.IsCanonicalInteger(text))
        {
            answer.Raw(text);
            return;
        }

        var number = Math.Truncate(JsNumber.Parse(text));
        if (!double.IsFinite(number))
        {
            throw Unexpected(field, index, "string", text);
        }

        if (field.Type.Engine is not null && text.TrimStart((byte)'-').IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
        {
            answer.Raw(text);
            return;
        }

        if (Math.Abs(number) > JsNumber.MaxSafeInteger)
        {
            throw PlanFailure.Inconsistent(
                $"Integer value in column '{Column(field, index)}' is too large to represent as a JavaScript number without loss of precision, "
                    + $"got: {Encoding.UTF8.GetString(text)}. Consider using BigInt type."
            );
        }

        var room = answer.Reserve(32);
        ((long)number).TryFormat(room, out var written, provider: CultureInfo.InvariantCulture);
        answer.Advance(written);
    }

    public static PlanException Unexpected(FieldStructure field, int index, string got, ReadOnlySpan<byte> value)
    {
        if (field.Type.Engine is { } engine)
        {
            return engine.CannotConvert(value);
        }

        var expected = field.Type.Kind switch
        {
            FieldKind.String => "a string",
            FieldKind.Int => "an integer",
            FieldKind.BigInt => "a bigint",
            FieldKind.Float => "a float",
            FieldKind.Boolean => "a boolean",
            FieldKind.Decimal => "a decimal",
            FieldKind.DateTime => "a date",
            FieldKind.Bytes when field.Type.Encoding == BytesEncoding.Hex => "a hex-encoded byte array",
            FieldKind.Bytes when field.Type.Encoding == BytesEncoding.Base64 => "a base64-encoded byte array",
            FieldKind.Bytes => "a byte array",
            FieldKind.Enum => $"a value of the enum '{field.Type.Enum?.Name}'",
            _ => "a value",
        };
        return PlanFailure.Inconsistent(
            $"Expected {expected} in column '{Column(field, index)}', got {got}: {Encoding.UTF8.GetString(value)}"
        );
    }

    private static string Column(FieldStructure field, int index) => index < 0 ? field.DbName : $"{field.DbName}[{index}]";

    private static void WriteString(AnswerWriter answer, FieldStructure field, int index, CellForm form, ReadOnlySpan<byte> text)
    {
        switch (form)
        {
            case CellForm.Integer or CellForm.Float or CellForm.Boolean or CellForm.Bytes:
                throw Unexpected(field, index, TypeNameOf(form), text);
            case CellForm.Timestamp or CellForm.TimestampTz or CellForm.TimeTz or CellForm.Money:
                RawCellWriter.WriteScalar(answer, form, text);
                break;
            default:
                answer.Text(text);
                break;
        }
    }

    private static void WriteInt(AnswerWriter answer, FieldStructure field, int index, CellForm form, ReadOnlySpan<byte> text)
    {
        if (form == CellForm.Integer)
        {
            answer.Raw(text);
            return;
        }

        Require(form is not (CellForm.Boolean or CellForm.Bytes), field, index, form, text);
        WriteInteger(answer, field, index, text);
    }

    private static void WriteFloat(AnswerWriter answer, FieldStructure field, int index, CellForm form, ReadOnlySpan<byte> text)
    {
        switch (form)
        {
            case CellForm.Integer:
                answer.Raw(text);
                return;
            case CellForm.Float
                when field.Type.Engine is { } engine && text.Length > engine.FloatDigits && char.IsAsciiDigit((char)text[^1]):
                RawCellWriter.WriteFloat(answer, JsNumber.Rounded(text, engine.FloatDigits));
                return;
            case CellForm.Float:
                RawCellWriter.WriteFloat(answer, text);
                return;
            case CellForm.Boolean or CellForm.Bytes:
                throw Unexpected(field, index, TypeNameOf(form), text);
        }

        var number = JsNumber.Parse(text);
        if (double.IsNaN(number) && !text.SequenceEqual("NaN"u8))
        {
            throw Unexpected(field, index, "string", text);
        }

        RawCellWriter.WriteFloat(answer, JsNumber.Format(number));
    }

    private static void WriteBoolean(AnswerWriter answer, FieldStructure field, int index, CellForm form, ReadOnlySpan<byte> text)
    {
        bool? value = form switch
        {
            CellForm.Boolean => text.SequenceEqual("t"u8),
            CellForm.Integer or CellForm.Float => text.SequenceEqual("1"u8),
            CellForm.Bytes => Cells.DecodeBytes(text).Any(b => b != 0),
            _ when text.SequenceEqual("true"u8) || text.SequenceEqual("TRUE"u8) || text.SequenceEqual("1"u8) => true,
            _ when text.SequenceEqual("false"u8) || text.SequenceEqual("FALSE"u8) || text.SequenceEqual("0"u8) => false,
            _ => null,
        };
        answer.Raw((value ?? throw Unexpected(field, index, "string", text)) ? "true"u8 : "false"u8);
    }

    private static void WriteInstant(AnswerWriter answer, CellForm form, ReadOnlySpan<byte> text)
    {
        switch (form)
        {
            case CellForm.Timestamp or CellForm.TimestampTz:
                TaggedValues.Timestamp(answer, text);
                break;
            case CellForm.Date:
                TaggedValues.Date(answer, text);
                break;
            case CellForm.TimeTz:
                TaggedValues.AnyInstant(answer, Cells.WithoutZone(text));
                break;
            case CellForm.Integer or CellForm.Float:
                TaggedValues.InstantOf(answer, Instant.FromUnixMilliseconds(JsNumber.Parse(text)));
                break;
            default:
                TaggedValues.AnyInstant(answer, text);
                break;
        }
    }

    private static void WriteJson(AnswerWriter answer, FieldStructure field, CellForm form, ReadOnlySpan<byte> text)
    {
        if (form == CellForm.Json)
        {
            TaggedValues.Json(answer, text);
            return;
        }

        if (field.Type.Kind == FieldKind.Object)
        {
            // A value that is no document becomes one: a number stays, a text becomes a JSON string.
            TaggedValues.Json(
                answer,
                form is CellForm.Integer or CellForm.Float ? text : JsonValues.Serialize(new TextValue(text.ToArray())).Span
            );
            return;
        }

        TaggedValues.Json(
            answer,
            JsonScan.IsValid(text) ? text : throw PlanFailure.Plain($"The column '{field.DbName}' holds no valid JSON.")
        );
    }

    private static void WriteBytes(AnswerWriter answer, FieldStructure field, int index, CellForm form, ReadOnlySpan<byte> text)
    {
        if (field.Type.Encoding == BytesEncoding.Base64 && form != CellForm.Bytes)
        {
            TaggedValues.Plain(answer, "Bytes"u8, text);
            return;
        }

        var isHex = text.StartsWith("\\x"u8);
        if (form != CellForm.Bytes && !(isHex && field.Type.Encoding == BytesEncoding.Hex))
        {
            throw Unexpected(field, index, TypeNameOf(form), text);
        }

        if (isHex)
        {
            TaggedValues.HexBytes(answer, text[2..]);
            return;
        }

        TaggedValues.Bytes(answer, Cells.DecodeBytes(text));
    }

    private static void Require(bool holds, FieldStructure field, int index, CellForm form, ReadOnlySpan<byte> text)
    {
        if (!holds)
        {
            throw Unexpected(field, index, TypeNameOf(form), text);
        }
    }

    private static string TypeNameOf(CellForm form) =>
        form switch
        {
            CellForm.Integer or CellForm.Float => "number",
            CellForm.Boolean => "boolean",
            CellForm.Bytes => "object",
            _ => "string",
        };
}
