using System.Text;
using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>The value of a string: the escapes are those of JSON.</summary>
internal static class StringLiteral
{
    /// <summary>Decodes what stands between the quotes; <paramref name="span"/> is the place of the string with its quotes.</summary>
    public static string Decode(SourceSpan span, DiagnosticBag diagnostics)
    {
        ReadOnlySpan<char> content = span.Source.Text.Slice(span.Start + 1, span.Length - 2);
        if (!content.Contains('\\'))
        {
            return content.ToString();
        }
        StringBuilder value = new(content.Length);
        int at = 0;
        while (at < content.Length)
        {
            if (content[at] != '\\')
            {
                value.Append(content[at++]);
                continue;
            }
            char symbol = content[at + 1];
            if (symbol == 'u')
            {
                at += DecodeUnicode(content[at..], value, span with { Start = span.Start + 1 + at }, diagnostics);
            }
            else if (Simple(symbol) is { } decoded)
            {
                value.Append(decoded);
                at += 2;
            }
            else
            {
                int start = span.Start + 1 + at;
                diagnostics.Add(SyntaxMessages.UnknownEscape(span with { Start = start, End = start + 2 }));
                at += 2;
            }
        }
        return value.ToString();
    }

    private static char? Simple(char symbol) =>
        symbol switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => null,
        };

    /// <summary>Appends the character of <c>\uXXXX</c>, or of a pair of them, and says how much of the text it took.</summary>
    private static int DecodeUnicode(ReadOnlySpan<char> text, StringBuilder value, SourceSpan place, DiagnosticBag diagnostics)
    {
        if (!TryUnit(text, out char first))
        {
            diagnostics.Add(SyntaxMessages.InvalidUnicodeEscape(place with { End = Math.Min(place.End, place.Start + 2) }));
            return 2;
        }
        if (!char.IsSurrogate(first))
        {
            value.Append(first);
            return 6;
        }
        if (char.IsHighSurrogate(first) && TryUnit(text[6..], out char second) && char.IsLowSurrogate(second))
        {
            value.Append(first).Append(second);
            return 12;
        }
        diagnostics.Add(SyntaxMessages.InvalidUnicodeEscape(place with { End = Math.Min(place.End, place.Start + 6) }));
        return 6;
    }

    private static bool TryUnit(ReadOnlySpan<char> text, out char unit)
    {
        unit = '\0';
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u')
        {
            return false;
        }
        int value = 0;
        foreach (char digit in text[2..6])
        {
            if (!char.IsAsciiHexDigit(digit))
            {
                return false;
            }
            value = (value * 16) + Convert.ToInt32(digit.ToString(), 16);
        }
        unit = (char)value;
        return true;
    }
}
