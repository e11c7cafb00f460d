using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>
/// Dates as RFC 3339 writes them (<c>2020-01-31T12:30:00.5+02:00</c>), read as strictly as Prisma's engine reads them. Digits beyond
/// microseconds are dropped, as no type of PostgreSQL holds them; second 60 is the first of the next minute.
/// </summary>
internal ref struct Rfc3339
{
    private const string TooShort = "premature end of input";
    private const string Invalid = "input contains invalid characters";
    private const string OutOfRange = "input is out of range";
    private const string TooLong = "trailing input";

    private ReadOnlySpan<byte> rest;
    private string? error;

    private Rfc3339(ReadOnlySpan<byte> text) => rest = text;

    /// <param name="error">What is wrong, in the engine's words.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out Instant instant, out string? error)
    {
        var parser = new Rfc3339(text);
        var parsed = parser.Parse();
        instant = parsed ?? default;
        error = parser.error;
        return parsed is not null;
    }

    private Instant? Parse()
    {
        var year = Number(4);
        Expect((byte)'-');
        var month = Number(2, 1, 12);
        Expect((byte)'-');
        var day = Number(2, 1, 31);
        if (error is null && (rest.IsEmpty || rest[0] is not ((byte)'T' or (byte)'t' or (byte)' ')))
        {
            Fail(rest.IsEmpty ? TooShort : Invalid);
        }

        Skip();
        var hour = Number(2, 0, 23);
        Expect((byte)':');
        var minute = Number(2, 0, 59);
        Expect((byte)':');
        var second = Number(2, 0, 60);
        var microseconds = Fraction();
        var offset = Offset();
        if (error is null && !rest.IsEmpty)
        {
            Fail(TooLong);
        }

        if (error is not null)
        {
            return null;
        }

        if (day > DateTime.DaysInMonth(year % 400 == 0 ? 2000 : (year % 400) + 2000, month))
        {
            Fail(OutOfRange);
            return null;
        }

        return Instant.FromCivil(year, month, day, (hour * 3600L) + (minute * 60) + second - offset, microseconds);
    }

    private void Fail(string reason) => error ??= reason;

    private void Skip()
    {
        if (error is null)
        {
            rest = rest[1..];
        }
    }

    private void Expect(byte c)
    {
        if (error is null && (rest.IsEmpty || rest[0] != c))
        {
            Fail(rest.IsEmpty ? TooShort : Invalid);
        }

        Skip();
    }

    private int Number(int digits, int least = 0, int most = int.MaxValue)
    {
        var number = 0;
        if (error is null && rest.Length < digits)
        {
            Fail(TooShort);
        }

        for (var i = 0; i < digits && error is null; i++)
        {
            if (rest[i] is < (byte)'0' or > (byte)'9')
            {
                Fail(Invalid);
            }
            else
            {
                number = (number * 10) + (rest[i] - '0');
            }
        }

        if (error is null)
        {
            rest = rest[digits..];
            if (number < least || number > most)
            {
                Fail(OutOfRange);
            }
        }

        return number;
    }

    private int Fraction()
    {
        if (error is not null || rest.IsEmpty || rest[0] != (byte)'.')
        {
            return 0;
        }

        rest = rest[1..];
        int microseconds = 0,
            scale = 100_000,
            at = 0;
        for (; at < rest.Length && rest[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            microseconds += (rest[at] - '0') * scale;
            scale /= 10;
        }

        if (at == 0)
        {
            Fail(rest.IsEmpty ? TooShort : Invalid);
        }

        rest = rest[at..];
        return microseconds;
    }

    /// <summary>Seconds east of Greenwich.</summary>
    private int Offset()
    {
        if (error is not null)
        {
            return 0;
        }

        if (rest.IsEmpty)
        {
            Fail(TooShort);
            return 0;
        }

        var sign = rest[0];
        if (sign is (byte)'Z' or (byte)'z')
        {
            Skip();
            return 0;
        }

        if (rest.StartsWith("\u2212"u8))
        {
            // The typographic minus sign of ISO 8601.
            rest = rest[2..];
            sign = (byte)'-';
        }
        else if (sign is not ((byte)'+' or (byte)'-'))
        {
            Fail(Invalid);
            return 0;
        }

        Skip();
        var hours = Number(2);
        Expect((byte)':');
        var minutes = Number(2, 0, 59);
        if (hours > 23)
        {
            Fail(OutOfRange);
        }

        var seconds = (hours * 3600) + (minutes * 60);
        return sign == (byte)'-' ? -seconds : seconds;
    }
}
