using System.Text;
using Dormouse.Postgres;

namespace Dormouse.Control.Databases;

/// <summary>What PostgreSQL said, for people.</summary>
internal static class PostgresFailureText
{
    /// <summary>Its words, the SQLSTATE and all that it added.</summary>
    public static string Of(PostgresException exception)
    {
        var text = new StringBuilder($"{exception.MessageText} ({exception.SqlState})");
        Append(text, "detail", exception.Detail);
        Append(text, "hint", exception.Hint);
        Append(text, "where", exception.Where);
        // Its hints end with a full stop, its messages do not; the caller's sentence has one.
        return text.ToString().TrimEnd('.');
    }

    /// <summary>Line and column, from 1, of a position in a text. PostgreSQL counts characters from 1, not UTF-16 units.</summary>
    public static (int Line, int Column) LineAndColumn(string text, int position)
    {
        int line = 1;
        int column = 1;
        int left = position - 1;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (left-- == 0)
            {
                break;
            }
            column++;
            if (rune.Value == '\n')
            {
                line++;
                column = 1;
            }
        }
        return (line, column);
    }

    private static void Append(StringBuilder text, string label, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.Append($"; {label}: {value}");
        }
    }
}
