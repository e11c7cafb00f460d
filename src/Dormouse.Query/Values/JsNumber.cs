using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Dormouse.Query.Values;

/// <summary>Numbers as JavaScript reads and prints them.</summary>
internal static class JsNumber
{
    /// <summary>2^53 - 1, the largest integer that a JavaScript number holds without loss.</summary>
    public const double MaxSafeInteger = 9007199254740991;

    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>Digits that a JavaScript number prints exactly as they stand: at most 15, no leading zero.</summary>
    public static bool IsCanonicalInteger(ReadOnlySpan<byte> text)
    {
        var digits = text.StartsWith("-"u8) ? text[1..] : text;
        return digits.Length is > 0 and <= 15 && !digits.ContainsAnyExcept(Digits) && (digits[0] != (byte)'0' || text.Length == 1);
    }

    /// <summary>Number(text): NaN where JavaScript says NaN.</summary>
    public static double Parse(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return 0;
        }

        // Utf8Parser rounds some numbers to the wrong neighbour: 9007199254740993.0 becomes …994.
        if (!char.IsAsciiLetter((char)text[^1]) && double.TryParse(text, Plain, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        return text switch
        {
            _ when text.SequenceEqual("Infinity"u8) || text.SequenceEqual("+Infinity"u8) => double.PositiveInfinity,
            _ when text.SequenceEqual("-Infinity"u8) => double.NegativeInfinity,
            _ => double.NaN,
        };
    }

    /// <summary>
    /// A number of the database with as many digits as Prisma's engine keeps of it; the last ones of 0.30000000000000004 are lost there.
    /// </summary>
    public static byte[] Rounded(ReadOnlySpan<byte> text, int digits)
    {
        var rounded = Parse(text).ToString(string.Create(CultureInfo.InvariantCulture, $"E{digits - 1}"), CultureInfo.InvariantCulture);
        return Format(double.Parse(rounded, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    /// <summary>String(number).</summary>
    public static byte[] Format(double value)
    {
        if (double.IsNaN(value))
        {
            return "NaN"u8.ToArray();
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "Infinity"u8.ToArray() : "-Infinity"u8.ToArray();
        }

        if (value == Math.Truncate(value) && Math.Abs(value) <= MaxSafeInteger)
        {
            return Encoding.ASCII.GetBytes(((long)value).ToString(CultureInfo.InvariantCulture));
        }

        // .NET prints the shortest digits as well, only the choice and the form of the exponent differ: the decimal canon has JavaScript's.
        Span<byte> shortest = stackalloc byte[32];
        Utf8Formatter.TryFormat(value, shortest, out var length);
        var output = new byte[64];
        var written = DecimalText.Write(shortest[..length], output);
        return written > 0 ? output[..written] : shortest[..length].ToArray();
    }
}
