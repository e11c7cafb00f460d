using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Dormouse.Query.Json;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Sql;

/// <summary>
/// Values as parameters in text format, as node-postgres and Prisma's adapter send them, so that PostgreSQL infers the same types.
/// Bytes alone carry a type: node-postgres sends them in binary, and their hex text must not be taken for a string.
/// </summary>
internal static class ParameterText
{
    private const uint ByteaOid = 17;

    private static readonly SearchValues<byte> ArraySpecial = SearchValues.Create("\"\\"u8);

    public static SqlParameter Encode(PlanValue value, ArgumentType type)
    {
        switch (Convert(value, type))
        {
            case NullValue or NothingValue:
                return default;
            case TextValue text:
                return new SqlParameter(text.Utf8, 0);
            case BytesValue bytes:
                return new SqlParameter(Hex(bytes.Bytes), ByteaOid);
            case ListValue list:
                var literal = new ArrayBufferWriter<byte>();
                WriteArray(literal, list, type);
                return new SqlParameter(literal.WrittenMemory, 0);
            case var other:
                return new SqlParameter(ScalarText(other), 0) { IsBare = other is NumberValue or BooleanValue };
        }
    }

    /// <summary>The value after the conversion that its declared type asks for.</summary>
    private static PlanValue Convert(PlanValue value, ArgumentType type) =>
        value switch
        {
            TextValue text when type.Conversion == ArgumentConversion.Instant => new TextValue(
                InstantText.ToLiteral(ParseInstant(text), type.InstantForm)
            ),
            InstantValue instant => new TextValue(InstantText.ToLiteral(instant.Instant, type.InstantForm)),
            TextValue text when type.Conversion == ArgumentConversion.Bytes => new BytesValue(LenientBase64(text.Utf8.Span)),
            _ => value,
        };

    /// <summary>A string of the client counts in milliseconds, as its Date does; a timestamp of the database keeps its microseconds.</summary>
    public static Instant? ParseInstant(TextValue text)
    {
        var instant = Instant.Parse(text.Utf8.Span);
        return text.FromDatabase ? instant : instant?.TruncatedToMilliseconds();
    }

    private static void WriteArray(ArrayBufferWriter<byte> output, ListValue list, ArgumentType type)
    {
        output.Write("{"u8);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            // Only declared lists convert their elements; a list in a scalar's place is written as it stands.
            switch (type.IsList ? Convert(list.Items[i], type) : list.Items[i])
            {
                case NullValue or NothingValue:
                    output.Write("NULL"u8);
                    break;
                case ListValue inner:
                    WriteArray(output, inner, type);
                    break;
                case BytesValue bytes:
                    output.Write("\\"u8);
                    output.Write(Hex(bytes.Bytes));
                    break;
                case var item:
                    WriteQuoted(output, ScalarText(item).Span);
                    break;
            }
        }

        output.Write("}"u8);
    }

    private static void WriteQuoted(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        output.Write("\""u8);
        for (var stop = text.IndexOfAny(ArraySpecial); stop >= 0; stop = text.IndexOfAny(ArraySpecial))
        {
            output.Write(text[..stop]);
            output.Write("\\"u8);
            output.Write(text.Slice(stop, 1));
            text = text[(stop + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    private static ReadOnlyMemory<byte> ScalarText(PlanValue value) =>
        value switch
        {
            TextValue text => text.Utf8,
            NumberValue number => number.Text,
            BooleanValue boolean => boolean.Value ? "true"u8.ToArray() : "false"u8.ToArray(),
            InstantValue instant => InstantText.ToLiteral(instant.Instant, InstantForm.DateTime),
            _ => JsonValues.Serialize(value),
        };

    private static byte[] Hex(byte[] bytes) => Encoding.ASCII.GetBytes("\\x" + System.Convert.ToHexStringLower(bytes));

    /// <summary>Base64 as Node decodes it: both alphabets, padding optional, anything else skipped.</summary>
    private static byte[] LenientBase64(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length) + 3];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done)
        {
            return bytes[..written];
        }

        int bits = 0,
            held = 0,
            length = 0;
        foreach (var c in text)
        {
            if (c == (byte)'=')
            {
                break;
            }

            if (Sextet(c) is not { } sextet)
            {
                continue;
            }

            held = ((held << 6) | sextet) & 0xFFFF;
            bits += 6;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[length++] = (byte)(held >> bits);
            }
        }

        return bytes[..length];
    }

    private static int? Sextet(byte c) =>
        (char)c switch
        {
            >= 'A' and <= 'Z' => c - 'A',
            >= 'a' and <= 'z' => c - 'a' + 26,
            >= '0' and <= '9' => c - '0' + 52,
            '+' or '-' => 62,
            '/' or '_' => 63,
            _ => null,
        };
}
