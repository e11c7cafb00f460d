namespace Dormouse.Query.Sql;

/// <summary>
/// Finds the parameters in SQL that a user wrote, by the rules of PostgreSQL's scanner (chapter 4.1): what looks like one within a string,
/// a quoted name, a comment or the rest of a name is none.
/// </summary>
internal ref struct ParameterScan
{
    private readonly ReadOnlySpan<char> sql;
    private int at;

    private ParameterScan(ReadOnlySpan<char> sql) => this.sql = sql;

    /// <summary>The number of the parameter that stands first in the text, as it is written; null where there is none.</summary>
    public static string? First(ReadOnlySpan<char> sql) => new ParameterScan(sql).Run();

    private string? Run()
    {
        while (at < sql.Length)
        {
            var rest = sql[at..];
            switch (rest[0])
            {
                case '$' when rest.Length > 1 && char.IsAsciiDigit(rest[1]):
                    var end = rest[1..].IndexOfAnyExceptInRange('0', '9');
                    return (end < 0 ? rest[1..] : rest.Slice(1, end)).ToString();
                case '$':
                    SkipDollarQuoted(rest);
                    break;
                case '\'' or '"':
                    SkipQuoted(rest[0], escapes: false);
                    break;
                case 'e' or 'E' when rest.Length > 1 && rest[1] == '\'':
                    at++;
                    SkipQuoted('\'', escapes: true);
                    break;
                case '-' when rest.StartsWith("--"):
                    SkipTo(rest.IndexOfAny('\n', '\r'));
                    break;
                case '/' when rest.StartsWith("/*"):
                    SkipComment();
                    break;
                case var c when IsNameStart(c):
                    SkipName();
                    break;
                default:
                    at++;
                    break;
            }
        }

        return null;
    }

    private void SkipTo(int offset) => at = offset < 0 ? sql.Length : at + offset;

    // A doubled quote ends one string and begins the next, which comes to the same.
    private void SkipQuoted(char quote, bool escapes)
    {
        for (at++; at < sql.Length && sql[at] != quote; at++)
        {
            if (escapes && sql[at] == '\\')
            {
                at++;
            }
        }

        at++;
    }

    private void SkipDollarQuoted(ReadOnlySpan<char> rest)
    {
        var length = rest[1..].IndexOf('$');
        var tag = length < 0 ? default : rest[..(length + 2)];
        if (tag.IsEmpty || !IsTag(tag[1..^1]))
        {
            at++;
            return;
        }

        at += tag.Length;
        var end = sql[at..].IndexOf(tag, StringComparison.Ordinal);
        SkipTo(end < 0 ? end : end + tag.Length);
    }

    private void SkipComment()
    {
        var depth = 0;
        do
        {
            var rest = sql[at..];
            var mark =
                rest.StartsWith("/*") ? 1
                : rest.StartsWith("*/") ? -1
                : 0;
            depth += mark;
            at += mark == 0 ? 1 : 2;
        } while (depth > 0 && at < sql.Length);
    }

    private void SkipName()
    {
        while (at < sql.Length && (IsNameStart(sql[at]) || char.IsAsciiDigit(sql[at]) || sql[at] == '$'))
        {
            at++;
        }
    }

    private static bool IsTag(ReadOnlySpan<char> tag)
    {
        foreach (var c in tag)
        {
            if (!IsNameStart(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return tag.IsEmpty || !char.IsAsciiDigit(tag[0]);
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= '\u0080';
}
