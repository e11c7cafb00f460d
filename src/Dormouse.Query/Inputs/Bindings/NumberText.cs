using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>The texts of numbers, as Prisma's engine understands them.</summary>
internal static class NumberText
{
    /// <summary>The engine keeps this many digits of a number that is no 64-bit integer.</summary>
    private const string SixteenDigits = "E15";

    /// <summary>Underscores may stand between digits.</summary>
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789_"u8);

    /// <summary>How far an exponent may move the point: beyond lie no numbers that PostgreSQL holds, only large texts.</summary>
    private const int MaxExponent = 200_000;

    /// <summary>How many digits an exponent may be written out as; a list of vast ones would take gigabytes.</summary>
    private const int MaxWrittenExponent = 1_000;

    private const int MaxIntegerDigits = 20;

    /// <summary>Whether the text is a 64-bit integer. JSON's "-0" is a fraction to the engine.</summary>
    public static bool IsInteger(ReadOnlySpan<byte> text, bool allowPlus = false)
    {
        var digits = allowPlus && text.StartsWith("+"u8) ? text[1..] : text;
        if (digits.IsEmpty || (digits.Length < text.Length && digits[0] == (byte)'-'))
        {
            return false;
        }

        return !digits.SequenceEqual("-0"u8) | allowPlus
            && Utf8Parser.TryParse(digits, out long _, out var consumed)
            && consumed == digits.Length;
    }

    public static ReadOnlyMemory<byte> WithoutPlus(ReadOnlyMemory<byte> digits) => digits.Span[0] == (byte)'+' ? digits[1..] : digits;

    /// <summary>A JSON number as the engine holds it: a double, of which 16 digits count. Documents hold none that is not finite.</summary>
    public static byte[] Rounded(ReadOnlySpan<byte> number)
    {
        var value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        return Normalized(Encoding.ASCII.GetBytes(value.ToString(SixteenDigits, CultureInfo.InvariantCulture)));
    }

    /// <summary>Whether the text is a decimal number: digits with at most one point, and an exponent.</summary>
    public static bool IsDecimal(ReadOnlySpan<byte> text) => Explain(text) is null;

    /// <summary>What is wrong with a decimal number, in the words of the library that the engine uses; null when nothing is.</summary>
    public static string? Explain(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = at < 0 ? text : text[..at];
        if (at >= 0)
        {
            var exponent = text[(at + 1)..];
            if (!IsInteger(exponent, allowPlus: true))
            {
                return exponent.IsEmpty ? "cannot parse integer from empty string" : "invalid digit found in string";
            }

            if (!Utf8Parser.TryParse(WithoutPlusSpan(exponent), out int power, out _) || Math.Abs((long)power) > MaxExponent)
            {
                return "Exponent overflow";
            }
        }

        if (mantissa.IsEmpty)
        {
            return "Failed to parse empty string";
        }

        var digits = mantissa[0] is (byte)'+' or (byte)'-' ? mantissa[1..] : mantissa;
        var point = digits.IndexOf((byte)'.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? default : digits[(point + 1)..];
        if (whole.IsEmpty && fraction.IsEmpty)
        {
            return "cannot parse integer from empty string";
        }

        var first = whole.IsEmpty ? fraction[0] : whole[0];
        return first == (byte)'_' || whole.ContainsAnyExcept(Digits) || fraction.ContainsAnyExcept(Digits)
            ? "invalid digit found in string"
            : null;
    }

    /// <summary>A decimal without underscores, and without exponent unless that is vast; one that has neither stays as it is.</summary>
    public static ReadOnlyMemory<byte> Plain(ReadOnlyMemory<byte> text)
    {
        if (text.Span.IndexOfAny((byte)'e', (byte)'E', (byte)'_') < 0)
        {
            return WithoutPlus(text);
        }

        Split(text.Span, out _, out var exponent);
        return Math.Abs(exponent) <= MaxWrittenExponent
            ? Normalized(text.Span)
            : WithoutPlus(text).ToArray().Where(c => c != (byte)'_').ToArray();
    }

    /// <summary>The whole part of a decimal, or false where it does not fit into 64 bits.</summary>
    public static bool TryTruncate(ReadOnlySpan<byte> text, out byte[] whole)
    {
        whole = [];
        if (!IsDecimal(text))
        {
            return false;
        }

        Split(text, out var mantissa, out var exponent);
        if (exponent < -mantissa.Length || !mantissa.ContainsAnyInRange((byte)'1', (byte)'9'))
        {
            whole = [(byte)'0'];
            return true;
        }

        if (exponent > mantissa.Length + MaxIntegerDigits)
        {
            return false;
        }

        ReadOnlySpan<byte> plain = Normalized(text);
        var point = plain.IndexOf((byte)'.');
        var digits = point < 0 ? plain : plain[..point];
        if (!Utf8Parser.TryParse(digits, out long value, out _) || digits.Length > MaxIntegerDigits)
        {
            return false;
        }

        whole = Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Digits without exponent, leading zeros and trailing zeros of the fraction.</summary>
    public static byte[] Normalized(ReadOnlySpan<byte> text)
    {
        Split(text, out var mantissa, out var exponent);
        var isNegative = mantissa[0] == (byte)'-';
        mantissa = mantissa[0] is (byte)'-' or (byte)'+' ? mantissa[1..] : mantissa;
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var wholeLength = whole.Length - whole.Count((byte)'_');
        var digits = new StringBuilder(mantissa.Length);
        foreach (var c in mantissa)
        {
            if (c is not ((byte)'.' or (byte)'_'))
            {
                digits.Append((char)c);
            }
        }

        return Encoding.ASCII.GetBytes(Place(digits.ToString(), wholeLength + exponent, isNegative));
    }

    private static void Split(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> mantissa, out int exponent)
    {
        var at = text.IndexOfAny((byte)'e', (byte)'E');
        mantissa = at < 0 ? text : text[..at];
        exponent = at >= 0 && Utf8Parser.TryParse(WithoutPlusSpan(text[(at + 1)..]), out int power, out _) ? power : 0;
    }

    /// <summary>Puts the point behind so many of the digits, or before them.</summary>
    private static string Place(string digits, int wholeLength, bool isNegative)
    {
        if (wholeLength <= 0)
        {
            digits = new string('0', 1 - wholeLength) + digits;
            wholeLength = 1;
        }
        else if (wholeLength > digits.Length)
        {
            digits = digits.PadRight(wholeLength, '0');
        }

        var whole = digits[..wholeLength].TrimStart('0');
        var fraction = digits[wholeLength..].TrimEnd('0');
        var number = (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : "." + fraction);
        return isNegative && number != "0" ? "-" + number : number;
    }

    private static ReadOnlySpan<byte> WithoutPlusSpan(ReadOnlySpan<byte> digits) => digits.StartsWith("+"u8) ? digits[1..] : digits;
}
