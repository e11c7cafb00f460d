namespace Dormouse.Migrations.Columns;

/// <summary>
/// Times of a schema, which are RFC 3339, as SQL literals: <c>2020-02-29 12:34:56.789 +02:00</c>, the fraction in thousandths,
/// millionths or billionths, whichever suffices. A column without a time zone drops the offset: so it is with Prisma too.
/// </summary>
internal static class TimestampText
{
    private const int SecondsEnd = 19;
    private const int MostFractionDigits = 9;

    public static string Of(string rfc3339)
    {
        int offset = rfc3339.AsSpan(SecondsEnd).IndexOfAny("Zz+-") + SecondsEnd;
        string zone = rfc3339[offset] is 'Z' or 'z' || rfc3339[(offset + 1)..] == "00:00" ? "+00:00" : rfc3339[offset..];
        return $"{rfc3339[..10]} {rfc3339[11..SecondsEnd]}{Fraction(rfc3339[SecondsEnd..offset])} {zone}";
    }

    private static string Fraction(string fraction)
    {
        string digits = fraction.TrimStart('.');
        string significant = digits[..Math.Min(digits.Length, MostFractionDigits)].TrimEnd('0');
        return significant.Length switch
        {
            0 => "",
            <= 3 => "." + significant.PadRight(3, '0'),
            <= 6 => "." + significant.PadRight(6, '0'),
            _ => "." + significant.PadRight(9, '0'),
        };
    }
}
