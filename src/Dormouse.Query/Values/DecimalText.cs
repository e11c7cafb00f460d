namespace Dormouse.Query.Values;

/// <summary>
/// Decimals in the canonical form of decimal.js (and of JavaScript numbers): no superfluous zeros, an exponent from 1e21 up and from
/// 1e-7 down.
/// </summary>
internal static class DecimalText
{
    private const int LargestPlainExponent = 20;
    private const int SmallestPlainExponent = -6;

    /// <summary>How Prisma's query engine prints a decimal of PostgreSQL: all digits, no exponent, no zeros at the end.</summary>
    public static ReadOnlySpan<byte> WithoutZeros(ReadOnlySpan<byte> text) =>
        text.Contains((byte)'.') ? text.TrimEnd((byte)'0').TrimEnd((byte)'.') : text;

    /// <summary>Longest output for an input of this length: the point, zeros after it and an exponent may be added.</summary>
    public static int MaxLength(int inputLength) => Math.Max(inputLength, LargestPlainExponent + 1) + 24;

    /// <summary>Writes the canonical form and returns its length, or 0 when the text is no decimal number.</summary>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> output)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        if (text[^1] is (byte)'N' or (byte)'y')
        {
            return WriteSpecial(text, output);
        }

        if (!Decompose(text, output, out var negative, out var digits, out var exponent))
        {
            return 0;
        }

        if (digits == 0)
        {
            output[0] = (byte)'0';
            return 1;
        }

        // The digits lie at the start of the output; the final form is laid out from them in place.
        Span<byte> copy = digits <= 128 ? stackalloc byte[digits] : new byte[digits];
        output[..digits].CopyTo(copy);
        var at = 0;
        if (negative)
        {
            output[at++] = (byte)'-';
        }

        return exponent is > LargestPlainExponent or < SmallestPlainExponent
            ? WriteExponential(copy, exponent, output, at)
            : WritePlain(copy, exponent, output, at);
    }

    private static int WriteSpecial(ReadOnlySpan<byte> text, Span<byte> output)
    {
        if (!text.SequenceEqual("NaN"u8) && !text.SequenceEqual("Infinity"u8) && !text.SequenceEqual("-Infinity"u8))
        {
            return 0;
        }

        text.CopyTo(output);
        return text.Length;
    }

    /// <summary>Writes the significant digits to the start of <paramref name="digits"/>; the exponent is that of the first one.</summary>
    private static bool Decompose(ReadOnlySpan<byte> text, Span<byte> digits, out bool negative, out int count, out int exponent)
    {
        var at = 0;
        negative = text[0] == (byte)'-';
        if (negative || text[0] == (byte)'+')
        {
            at = 1;
        }

        count = 0;
        exponent = 0;
        int integerDigits = 0,
            leadingZeros = 0,
            seen = 0;
        var pointSeen = false;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c == (byte)'.' && !pointSeen)
            {
                pointSeen = true;
                continue;
            }

            if (!char.IsAsciiDigit((char)c))
            {
                break;
            }

            seen++;
            if (!pointSeen)
            {
                integerDigits++;
            }

            if (count == 0 && c == (byte)'0')
            {
                leadingZeros++;
            }
            else
            {
                digits[count++] = c;
            }
        }

        if (seen == 0 || !TryExponent(text[at..], out var written))
        {
            return false;
        }

        while (count > 0 && digits[count - 1] == (byte)'0')
        {
            count--;
        }

        exponent = integerDigits - leadingZeros - 1 + written;
        return true;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        if (text[0] is not ((byte)'e' or (byte)'E'))
        {
            return false;
        }

        return int.TryParse(text[1..], System.Globalization.NumberStyles.AllowLeadingSign, null, out exponent)
            && Math.Abs((long)exponent) < 1_000_000_000;
    }

    private static int WriteExponential(ReadOnlySpan<byte> digits, int exponent, Span<byte> output, int at)
    {
        output[at++] = digits[0];
        if (digits.Length > 1)
        {
            output[at++] = (byte)'.';
            digits[1..].CopyTo(output[at..]);
            at += digits.Length - 1;
        }

        output[at++] = (byte)'e';
        output[at++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(output[at..], out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
        return at + length;
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int exponent, Span<byte> output, int at)
    {
        if (exponent < 0)
        {
            output[at++] = (byte)'0';
            output[at++] = (byte)'.';
            output.Slice(at, -exponent - 1).Fill((byte)'0');
            at += -exponent - 1;
            digits.CopyTo(output[at..]);
            return at + digits.Length;
        }

        var integer = Math.Min(exponent + 1, digits.Length);
        digits[..integer].CopyTo(output[at..]);
        at += integer;
        if (exponent + 1 > integer)
        {
            output.Slice(at, exponent + 1 - integer).Fill((byte)'0');
            at += exponent + 1 - integer;
        }

        if (digits.Length > integer)
        {
            output[at++] = (byte)'.';
            digits[integer..].CopyTo(output[at..]);
            at += digits.Length - integer;
        }

        return at;
    }
}
