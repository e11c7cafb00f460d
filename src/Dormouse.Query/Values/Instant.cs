using System.Globalization;
using System.Text;

namespace Dormouse.Query.Values;

/// <summary>
/// A point in time in the range of JavaScript's Date, with microseconds. .NET's own types end at the year 9999 and start at 1.
/// </summary>
internal readonly record struct Instant(long UnixSeconds, int Microseconds)
{
    /// <summary>JavaScript's Date ends 8.64e15 milliseconds away from 1970.</summary>
    private const long MaxUnixSeconds = 8_640_000_000_000;

    private const int SecondsPerDay = 86_400;

    public static Instant? FromUnixMilliseconds(double milliseconds)
    {
        if (double.IsNaN(milliseconds) || Math.Abs(milliseconds) > MaxUnixSeconds * 1000d)
        {
            return null;
        }

        var whole = (long)milliseconds;
        var seconds = Math.DivRem(whole, 1000, out var rest);
        return rest < 0 ? new Instant(seconds - 1, (int)(rest + 1000) * 1000) : new Instant(seconds, (int)rest * 1000);
    }

    public static Instant? FromCivil(long year, int month, int day, long secondsOfDay, int microseconds)
    {
        var seconds = (DaysFromCivil(year, month, day) * SecondsPerDay) + secondsOfDay;
        return Math.Abs(seconds) > MaxUnixSeconds ? null : new Instant(seconds, microseconds);
    }

    /// <summary>new Date(text), then in microseconds: the forms of JavaScript, of PostgreSQL and, for the rest, of .NET.</summary>
    public static Instant? Parse(ReadOnlySpan<byte> text)
    {
        var reader = new InstantReader(text.Trim((byte)' '));
        if (reader.TryRead(out var instant))
        {
            return instant;
        }

        return DateTimeOffset.TryParse(
            Encoding.UTF8.GetString(text),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var parsed
        )
            ? new Instant(parsed.ToUnixTimeSeconds(), (int)(parsed.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond))
            : null;
    }

    public Instant TruncatedToMilliseconds() => this with { Microseconds = Microseconds / 1000 * 1000 };

    public (long Year, int Month, int Day, int SecondsOfDay) ToCivil()
    {
        var days = (long)Math.Floor((double)UnixSeconds / SecondsPerDay);
        var secondsOfDay = (int)(UnixSeconds - (days * SecondsPerDay));

        // Days to a civil date by 400-year eras that begin on 1 March, so that the leap day is the last of its year.
        var shifted = days + 719_468;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var dayOfEra = (int)(shifted - (era * 146_097));
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * shiftedMonth) + 2) / 5) + 1;
        var month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, day, secondsOfDay);
    }

    private static long DaysFromCivil(long year, int month, int day)
    {
        var shifted = month <= 2 ? year - 1 : year;
        var era = (shifted >= 0 ? shifted : shifted - 399) / 400;
        var yearOfEra = shifted - (era * 400);
        var dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }
}
