using System.Buffers.Text;

namespace Dormouse.Query.Values;

/// <summary>Instants as text: ISO for answers, PostgreSQL's literals for parameters.</summary>
internal static class InstantText
{
    public const int MaxLength = 40;

    /// <summary>toISOString(): milliseconds, Z, six-digit years outside 0..9999.</summary>
    public static int WriteIso(Instant instant, Span<byte> output)
    {
        var (year, month, day, secondsOfDay) = instant.ToCivil();
        var at = 0;
        if (year is < 0 or > 9999)
        {
            output[at++] = year < 0 ? (byte)'-' : (byte)'+';
            at = Pad(output, at, Math.Abs(year), 6);
        }
        else
        {
            at = Pad(output, at, year, 4);
        }

        at = MonthAndDay(output, at, month, day);
        output[at++] = (byte)'T';
        at = Time(output, at, secondsOfDay);
        output[at++] = (byte)'.';
        at = Pad(output, at, instant.Microseconds / 1000, 3);
        output[at++] = (byte)'Z';
        return at;
    }

    /// <summary>A literal for a timestamp, date or time column, in UTC without a zone, as the reference's adapter formats it.</summary>
    public static byte[] ToLiteral(Instant? instant, InstantForm form)
    {
        if (instant is not { } value)
        {
            // PostgreSQL shall refuse it in its own words; the reference sends the same text.
            return form switch
            {
                InstantForm.Date => "NaN-NaN-NaN"u8.ToArray(),
                InstantForm.Time => "NaN:NaN:NaN"u8.ToArray(),
                _ => "NaN-NaN-NaN NaN:NaN:NaN"u8.ToArray(),
            };
        }

        Span<byte> output = stackalloc byte[MaxLength];
        var (year, month, day, secondsOfDay) = value.ToCivil();
        var at = 0;
        if (form != InstantForm.Time)
        {
            at = Pad(output, at, year <= 0 ? 1 - year : year, 4);
            at = MonthAndDay(output, at, month, day);
        }

        if (form == InstantForm.DateTime)
        {
            output[at++] = (byte)' ';
        }

        if (form != InstantForm.Date)
        {
            at = Time(output, at, secondsOfDay);
            at = Fraction(output, at, value.Microseconds);
        }

        if (year <= 0 && form != InstantForm.Time)
        {
            " BC"u8.CopyTo(output[at..]);
            at += 3;
        }

        return output[..at].ToArray();
    }

    private static int Fraction(Span<byte> output, int at, int microseconds)
    {
        if (microseconds == 0)
        {
            return at;
        }

        output[at++] = (byte)'.';
        return microseconds % 1000 == 0 ? Pad(output, at, microseconds / 1000, 3) : Pad(output, at, microseconds, 6);
    }

    private static int MonthAndDay(Span<byte> output, int at, int month, int day)
    {
        output[at++] = (byte)'-';
        at = Pad(output, at, month, 2);
        output[at++] = (byte)'-';
        return Pad(output, at, day, 2);
    }

    private static int Time(Span<byte> output, int at, int secondsOfDay)
    {
        at = Pad(output, at, secondsOfDay / 3600, 2);
        output[at++] = (byte)':';
        at = Pad(output, at, secondsOfDay / 60 % 60, 2);
        output[at++] = (byte)':';
        return Pad(output, at, secondsOfDay % 60, 2);
    }

    private static int Pad(Span<byte> output, int at, long number, int digits)
    {
        Utf8Formatter.TryFormat(number, output[at..], out var written, new System.Buffers.StandardFormat('D', (byte)digits));
        return at + written;
    }
}

internal enum InstantForm
{
    DateTime,
    Date,
    Time,
}
