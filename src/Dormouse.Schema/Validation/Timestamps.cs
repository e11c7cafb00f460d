using System.Globalization;

namespace Dormouse.Schema.Validation;

/// <summary>Times as RFC 3339 writes them: a date, a time to the second or finer, and an offset.</summary>
internal static class Timestamps
{
    public static bool IsRfc3339(string text)
    {
        if (
            text.Length < 20
            || text[4] != '-'
            || text[7] != '-'
            || text[10] is not ('T' or 't' or ' ')
            || text[13] != ':'
            || text[16] != ':'
            || !TryNumber(text, 0, 4, out int year)
            || !TryNumber(text, 5, 2, out int month)
            || !TryNumber(text, 8, 2, out int day)
            || !TryNumber(text, 11, 2, out int hour)
            || !TryNumber(text, 14, 2, out int minute)
            || !TryNumber(text, 17, 2, out int second)
        )
        {
            return false;
        }
        // A leap second is written as the sixtieth.
        bool isTime = hour <= 23 && minute <= 59 && second <= 60;
        int daysInYear = year == 0 ? 4 : year;
        return isTime
            && month is >= 1 and <= 12
            && day >= 1
            && day <= DateTime.DaysInMonth(daysInYear, month)
            && IsOffset(AfterFraction(text.AsSpan(19)));
    }

    private static ReadOnlySpan<char> AfterFraction(ReadOnlySpan<char> rest)
    {
        if (rest.Length < 2 || rest[0] != '.' || !char.IsAsciiDigit(rest[1]))
        {
            return rest;
        }
        int end = 1;
        while (end < rest.Length && char.IsAsciiDigit(rest[end]))
        {
            end++;
        }
        return rest[end..];
    }

    private static bool IsOffset(ReadOnlySpan<char> offset)
    {
        if (offset is "Z" or "z")
        {
            return true;
        }
        return offset.Length == 6
            && offset[0] is ('+' or '-')
            && offset[3] == ':'
            && TryNumber(offset, 1, 2, out int hours)
            && TryNumber(offset, 4, 2, out int minutes)
            && hours <= 23
            && minutes <= 59;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, int start, int length, out int number) =>
        int.TryParse(text.Slice(start, length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
