using System.Buffers;
using System.Globalization;
using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Json;
using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>Literals as parts of a document for a Json field: tags are taken away, as Prisma's engine does it.</summary>
internal static class JsonLiteral
{
    /// <summary>A literal that is the whole document; null where it has not the form of its tag.</summary>
    public static TextValue? Read(LiteralKind kind, ReadOnlyMemory<byte> raw)
    {
        if (kind == LiteralKind.Json)
        {
            // The old clients' form: the text of a document.
            var text = LiteralTable.TextOf(raw);
            var rewritten = new ArrayBufferWriter<byte>(text.Length + 8);
            return JsonDocumentText.TryRewrite(text.Span, rewritten) ? new TextValue(rewritten.WrittenMemory) : null;
        }

        var output = new ArrayBufferWriter<byte>(raw.Length + 8);
        return TryWrite(kind, raw, output, isRaw: false) ? new TextValue(output.WrittenMemory) : null;
    }

    /// <param name="isRaw">Whether numbers keep all their digits: within <c>Raw</c>.</param>
    public static bool TryWrite(LiteralKind kind, ReadOnlyMemory<byte> raw, IBufferWriter<byte> output, bool isRaw)
    {
        switch (kind)
        {
            case LiteralKind.Number when isRaw || NumberText.IsInteger(raw.Span):
                output.Write(raw.Span);
                return true;
            case LiteralKind.Number:
                WriteNumber(NumberText.Rounded(raw.Span), output);
                return true;
            case LiteralKind.Decimal:
                var digits = LiteralTable.TextOf(raw).Span;
                if (!NumberText.IsDecimal(digits))
                {
                    return false;
                }

                output.Write(JsNumber.Format(JsNumber.Parse(NumberText.Plain(LiteralTable.TextOf(raw)).Span)));
                return true;
            case LiteralKind.DateTime:
                return TryWriteDate(LiteralTable.TextOf(raw).Span, output);
            case LiteralKind.BigInt:
                var integer = LiteralTable.TextOf(raw);
                if (!NumberText.IsInteger(integer.Span, allowPlus: true))
                {
                    return false;
                }

                WriteQuoted(NumberText.WithoutPlus(integer).Span, output);
                return true;
            case LiteralKind.Bytes when !ScalarReader.TryDecode(LiteralTable.TextOf(raw).Span, out _):
                return false;
            default:
                // Strings, base64, and the text of a document within another one: a string.
                WriteText(raw.Span, output);
                return true;
        }
    }

    // The engine holds it as a decimal and writes it as a double. One beyond all doubles stays as it was given, for PostgreSQL to judge.
    private static void WriteNumber(ReadOnlySpan<byte> rounded, IBufferWriter<byte> output)
    {
        var value = double.Parse(rounded, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
        {
            output.Write(rounded);
            return;
        }

        var text = JsonDocumentText.NumberOf(value);
        output.Write(Encoding.ASCII.GetBytes(text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text));
    }

    // A json column keeps the text, so that it matters which characters are escaped: a client may have escaped more than it must.
    private static void WriteText(ReadOnlySpan<byte> raw, IBufferWriter<byte> output)
    {
        if (raw.IndexOf("\\u"u8) < 0)
        {
            output.Write(raw);
            return;
        }

        JsonStrings.Quote(JsonStrings.Unescape(raw[1..^1]).Span, output);
    }

    /// <summary>In milliseconds, in the zone in which it was given.</summary>
    private static bool TryWriteDate(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (!Rfc3339.TryParse(text, out _, out _))
        {
            return false;
        }

        var date = text[..19];
        var rest = text[19..];
        Span<byte> milliseconds = [(byte)'.', (byte)'0', (byte)'0', (byte)'0'];
        if (rest[0] == (byte)'.')
        {
            var digits = 1;
            for (; rest[digits] is >= (byte)'0' and <= (byte)'9'; digits++)
            {
                if (digits <= 3)
                {
                    milliseconds[digits] = rest[digits];
                }
            }

            rest = rest[digits..];
        }

        Span<byte> written = stackalloc byte[40];
        date.CopyTo(written);
        written[10] = (byte)'T';
        milliseconds.CopyTo(written[19..]);
        var length = 23;
        if (rest[0] is (byte)'Z' or (byte)'z' || rest[1..].SequenceEqual("00:00"u8))
        {
            written[length++] = (byte)'Z';
        }
        else
        {
            rest.CopyTo(written[length..]);
            length += rest.Length;
        }

        WriteQuoted(written[..length], output);
        return true;
    }

    public static void WriteQuoted(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        output.Write(text);
        output.Write("\""u8);
    }
}
