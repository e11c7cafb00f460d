using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dormouse.Query.Json;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>
/// The text of a document that a client sends as a text. Prisma's engine reads it and writes it anew, without blanks and with numbers
/// that are no 64-bit integers as doubles; in a json column one sees the difference.
/// </summary>
internal static class JsonDocumentText
{
    // From here on, and from there down, a number is written with an exponent.
    private const int PlainDigitsMax = 16;
    private const int PlainZerosMax = 5;

    /// <summary>False where it is no JSON, or has a number beyond all doubles or half of a character.</summary>
    public static bool TryRewrite(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonValues.MaxDepth });
            for (var before = JsonTokenType.None; reader.Read(); before = reader.TokenType)
            {
                if (!TryWrite(ref reader, before, output))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryWrite(ref Utf8JsonReader reader, JsonTokenType before, IBufferWriter<byte> output)
    {
        var isEnd = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
        var isFirst = before is JsonTokenType.None or JsonTokenType.PropertyName or JsonTokenType.StartObject or JsonTokenType.StartArray;
        output.Write(isEnd || isFirst ? default : ","u8);
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName or JsonTokenType.String when JsonStrings.HasLoneSurrogate(reader.ValueSpan):
                return false;
            case JsonTokenType.PropertyName:
                JsonStrings.Quote(JsonStrings.Unescape(reader.ValueSpan).Span, output);
                output.Write(":"u8);
                return true;
            case JsonTokenType.String:
                JsonStrings.Quote(JsonStrings.Unescape(reader.ValueSpan).Span, output);
                return true;
            case JsonTokenType.Number:
                return TryWriteNumber(reader.ValueSpan, output);
            default:
                output.Write(reader.ValueSpan);
                return true;
        }
    }

    private static bool TryWriteNumber(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (NumberText.IsInteger(text) || (Utf8Parser.TryParse(text, out ulong _, out var consumed) && consumed == text.Length))
        {
            output.Write(text);
            return true;
        }

        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
        {
            return false;
        }

        output.Write(Encoding.ASCII.GetBytes(NumberOf(value)));
        return true;
    }

    /// <summary>The shortest digits that mean this number, always with a point or an exponent.</summary>
    public static string NumberOf(double value)
    {
        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0)
        {
            return sign + "0.0";
        }

        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var (before, behind) = parts[0].Split('.') is [var integer, var fraction] ? (integer, fraction) : (parts[0], "");
        var written = (before + behind).TrimStart('0');
        // How many digits stand before the point; zeros behind it count as less than none.
        var whole = written.Length - behind.Length + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        var digits = written.TrimEnd('0');
        if (whole > 0 && whole <= PlainDigitsMax)
        {
            return digits.Length <= whole ? $"{sign}{digits.PadRight(whole, '0')}.0" : $"{sign}{digits[..whole]}.{digits[whole..]}";
        }

        if (whole <= 0 && whole > -PlainZerosMax)
        {
            return $"{sign}0.{new string('0', -whole)}{digits}";
        }

        var point = digits.Length > 1 ? "." : "";
        return $"{sign}{digits[..1]}{point}{digits[1..]}e{(whole - 1).ToString(CultureInfo.InvariantCulture)}";
    }
}
