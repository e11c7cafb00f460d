namespace Dormouse.Postgres;

/// <summary>Quotes what cannot be a parameter (names, <c>ALTER ROLE … PASSWORD</c>), whatever it holds.</summary>
public static class PostgresText
{
    // PostgreSQL cuts longer names silently (NAMEDATALEN 64), which would make two names one.
    private const int IdentifierBytesMax = 63;

    /// <summary>A name in double quotes.</summary>
    /// <exception cref="ArgumentException">Empty, longer than 63 bytes, or with a NUL: not a possible name.</exception>
    public static string QuoteIdentifier(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        RefuseNul(name, nameof(name));
        if (System.Text.Encoding.UTF8.GetByteCount(name) > IdentifierBytesMax)
        {
            throw new ArgumentException($"The name '{name}' is longer than PostgreSQL's {IdentifierBytesMax} bytes.", nameof(name));
        }
        return "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    /// <summary>
    /// A text in single quotes. With a backslash it becomes an <c>E''</c> string, which means the same whatever
    /// <c>standard_conforming_strings</c> is; a space keeps that E from joining a preceding word.
    /// </summary>
    /// <exception cref="ArgumentException">It holds a NUL, which no PostgreSQL text can.</exception>
    public static string QuoteLiteral(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        RefuseNul(text, nameof(text));
        string doubled = text.Replace("'", "''", StringComparison.Ordinal);
        return text.Contains('\\', StringComparison.Ordinal)
            ? " E'" + doubled.Replace("\\", "\\\\", StringComparison.Ordinal) + "'"
            : "'" + doubled + "'";
    }

    private static void RefuseNul(string text, string parameter)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A NUL character cannot be part of a PostgreSQL text.", parameter);
        }
    }
}
