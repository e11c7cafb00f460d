namespace Dormouse.Query.Values;

/// <summary>Reads <c>[±]Y-M-D[(T| )h:m[:s[.f]]][zone][ BC]</c>, the forms that clients and PostgreSQL use.</summary>
internal ref struct InstantReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> text = text;
    private int at;

    public bool TryRead(out Instant? instant)
    {
        instant = null;
        var beforeChrist = text.EndsWith(" BC"u8);
        var end = beforeChrist ? text.Length - 3 : text.Length;
        if (!TryDate(out var year, out var month, out var day))
        {
            return false;
        }

        long seconds = 0;
        var microseconds = 0;
        if (at < end && text[at] is (byte)'T' or (byte)'t' or (byte)' ')
        {
            at++;
            if (!TryTime(out seconds, out microseconds))
            {
                return false;
            }
        }

        if (!TryZone(end, out var offset) || at != end)
        {
            return false;
        }

        instant = Instant.FromCivil(beforeChrist ? 1 - year : year, month, day, seconds - offset, microseconds);
        return true;
    }

    private bool TryDate(out long year, out int month, out int day)
    {
        month = day = 1;
        year = 0;
        var sign = 1;
        if (at < text.Length && text[at] is (byte)'+' or (byte)'-')
        {
            sign = text[at] == (byte)'-' ? -1 : 1;
            at++;
        }

        if (!TryNumber(4, 6, out var number))
        {
            return false;
        }

        year = sign * number;
        if (!TrySkip((byte)'-'))
        {
            return at == text.Length;
        }

        if (!TryNumber(2, 2, out month) || month is < 1 or > 12)
        {
            return false;
        }

        return !TrySkip((byte)'-') ? at == text.Length : TryNumber(2, 2, out day) && day is >= 1 and <= 31;
    }

    private bool TryTime(out long seconds, out int microseconds)
    {
        seconds = 0;
        microseconds = 0;
        if (!TryNumber(2, 2, out var hours) || hours > 24 || !TrySkip((byte)':') || !TryNumber(2, 2, out var minutes) || minutes > 59)
        {
            return false;
        }

        var wholeSeconds = 0;
        if (TrySkip((byte)':') && (!TryNumber(2, 2, out wholeSeconds) || wholeSeconds > 59))
        {
            return false;
        }

        seconds = (hours * 3600L) + (minutes * 60) + wholeSeconds;
        if (!TrySkip((byte)'.'))
        {
            return true;
        }

        var scale = 100_000;
        var start = at;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]); at++)
        {
            microseconds += (text[at] - '0') * scale;
            scale /= 10;
        }

        return at > start;
    }

    /// <summary>Z, ±hh, ±hhmm, ±hh:mm or ±hh:mm:ss (PostgreSQL prints the last for very old dates); none is UTC.</summary>
    private bool TryZone(int end, out int offsetSeconds)
    {
        offsetSeconds = 0;
        if (at >= end)
        {
            return true;
        }

        if (text[at] is (byte)'Z' or (byte)'z')
        {
            at++;
            return true;
        }

        if (text[at] is not ((byte)'+' or (byte)'-'))
        {
            return false;
        }

        var sign = text[at++] == (byte)'-' ? -1 : 1;
        if (!TryNumber(2, 2, out var hours))
        {
            return false;
        }

        int minutes = 0,
            seconds = 0;
        if (at < end && (TrySkip((byte)':') || char.IsAsciiDigit((char)text[at])) && !TryNumber(2, 2, out minutes))
        {
            return false;
        }

        if (at < end && TrySkip((byte)':') && !TryNumber(2, 2, out seconds))
        {
            return false;
        }

        offsetSeconds = sign * ((hours * 3600) + (minutes * 60) + seconds);
        return true;
    }

    private bool TryNumber(int minDigits, int maxDigits, out int number)
    {
        number = 0;
        var start = at;
        while (at < text.Length && at - start < maxDigits && char.IsAsciiDigit((char)text[at]))
        {
            number = (number * 10) + (text[at++] - '0');
        }

        return at - start >= minDigits;
    }

    private bool TrySkip(byte expected)
    {
        if (at >= text.Length || text[at] != expected)
        {
            return false;
        }

        at++;
        return true;
    }
}
