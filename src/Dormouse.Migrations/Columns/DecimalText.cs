using System.Globalization;

namespace Dormouse.Migrations.Columns;

/// <summary>Decimal numbers of a schema as SQL literals: all digits as written, without exponent, sign of zero and leading zeros.</summary>
internal static class DecimalText
{
    /// <summary>
    /// PostgreSQL's numeric has at most 131,072 digits before the point. What is longer keeps its exponent, and PostgreSQL's own error,
    /// instead of taking gigabytes.
    /// </summary>
    private const int MostPlaces = 131_072;

    public static string Plain(string text)
    {
        (string digits, int exponent) = SplitExponent(text.Replace("_", "", StringComparison.Ordinal));
        bool isNegative = digits.StartsWith('-');
        digits = digits.TrimStart('+', '-');
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        // The value is unscaled / 10^scale; the scale is below zero for 1e5.
        long scale = (point < 0 ? 0 : digits.Length - point - 1) - (long)exponent;
        string unscaled = digits.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        string sign = isNegative && unscaled.Length > 0 ? "-" : "";
        unscaled = unscaled.Length == 0 ? "0" : unscaled;
        if (Math.Abs(scale) > MostPlaces)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{unscaled}e{-scale}");
        }
        if (scale <= 0)
        {
            return sign + unscaled + (unscaled == "0" ? "" : new string('0', (int)-scale));
        }
        string padded = unscaled.PadLeft((int)scale + 1, '0');
        return $"{sign}{padded[..^(int)scale]}.{padded[^(int)scale..]}";
    }

    private static (string Digits, int Exponent) SplitExponent(string text)
    {
        int index = text.IndexOfAny(['e', 'E']);
        return index < 0
            ? (text, 0)
            : (text[..index], int.Parse(text.AsSpan(index + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }
}
