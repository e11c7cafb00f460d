using System.Buffers;
using System.Globalization;
using System.Text;
using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Reads words of the language from a position on. The language is made of lines, and what a character means depends on where in a
/// line it stands, so the parser asks for the word that it can use instead of being handed tokens. No method moves on failure.
/// </summary>
internal ref struct Lexer(SourceFile source, Range part, WordCache words)
{
    private static readonly SearchValues<char> AsciiWord = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
    );

    /// <summary>Up to the end of the part, so that places are those of the whole text.</summary>
    private readonly ReadOnlySpan<char> text = source.Text[..part.End];

    /// <summary>From here on no comment ends: known after the first search, so that a text full of openings stays linear.</summary>
    private int noCommentEndFrom = int.MaxValue;

    public int Position { get; set; } = part.Start.GetOffset(source.Length);

    public readonly bool AtEnd => Position >= text.Length;

    public readonly char Current => Position < text.Length ? text[Position] : '\0';

    public readonly char Next => Position + 1 < text.Length ? text[Position + 1] : '\0';

    public readonly bool AtLineEnd => AtEnd || text[Position] is '\n' or '\r';

    public readonly SourceSpan SpanFrom(int start) => new(source, start, Position);

    public readonly ReadOnlySpan<char> TextFrom(int start) => text[start..Position];

    public readonly bool StartsWith(string word) => text[Position..].StartsWith(word);

    /// <summary>Spaces and tabs, also the Unicode space separators; never an end of line.</summary>
    public void SkipBlanks()
    {
        while (Position < text.Length && IsBlank(text[Position]))
        {
            Position++;
        }
    }

    public bool TryTake(char symbol)
    {
        if (Current != symbol || AtEnd)
        {
            return false;
        }
        Position++;
        return true;
    }

    public bool TryTake(string word)
    {
        if (!StartsWith(word))
        {
            return false;
        }
        Position += word.Length;
        return true;
    }

    /// <summary>LF, CR LF or CR.</summary>
    public bool TryTakeLineEnd()
    {
        if (AtEnd || !AtLineEnd)
        {
            return false;
        }
        Position += Current == '\r' && Next == '\n' ? 2 : 1;
        return true;
    }

    public void SkipToLineEnd()
    {
        int found = text[Position..].IndexOfAny('\n', '\r');
        Position = found < 0 ? text.Length : Position + found;
    }

    /// <summary>From here up to the end of the line.</summary>
    public readonly ReadOnlySpan<char> RestOfLine
    {
        get
        {
            ReadOnlySpan<char> rest = text[Position..];
            int end = rest.IndexOfAny('\n', '\r');
            return end < 0 ? rest : rest[..end];
        }
    }

    /// <summary>Moves over the rest of the line, which is so long, and its end.</summary>
    public void SkipLine(int length)
    {
        Position += length;
        TryTakeLineEnd();
    }

    public readonly Identifier IdentifierAt(int start, int end) => new(words.Take(text[start..end]), new SourceSpan(source, start, end));

    /// <summary>A letter of any script or an ASCII digit, then more of them, underscores and hyphens.</summary>
    public bool TryTakeIdentifier(out Identifier identifier)
    {
        int start = Position;
        if (!TrySkipIdentifier())
        {
            identifier = default;
            return false;
        }
        identifier = IdentifierAt(start, Position);
        return true;
    }

    /// <summary>As <see cref="TryTakeIdentifier"/>, without the making of its text.</summary>
    public bool TrySkipIdentifier()
    {
        int at = Position;
        int length = LetterOrDigitLength(at);
        if (length == 0)
        {
            return false;
        }
        do
        {
            // Mostly all that is left of the word.
            int behind = text[(at + length)..].IndexOfAnyExcept(AsciiWord);
            at = behind < 0 ? text.Length : at + length + behind;
            length = LetterOrDigitLength(at);
        } while (length > 0);
        Position = at;
        return true;
    }

    /// <summary>Identifiers joined by dots.</summary>
    public bool TrySkipPath()
    {
        if (!TrySkipIdentifier())
        {
            return false;
        }
        while (Current == '.')
        {
            Position++;
            TrySkipIdentifier();
        }
        return true;
    }

    /// <summary>Digits, perhaps with a minus before and a fraction behind.</summary>
    public bool TryTakeNumber(out Identifier number)
    {
        int start = Position;
        int at = Position;
        number = default;
        if (at < text.Length && text[at] == '-')
        {
            at++;
        }
        int digits = SkipDigits(at);
        if (digits == at)
        {
            return false;
        }
        at = digits;
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at = SkipDigits(at + 1);
        }
        Position = at;
        number = IdentifierAt(start, Position);
        return true;
    }

    /// <summary>A string in double quotes with its escapes still in it; false where it does not end.</summary>
    public bool TrySkipString()
    {
        if (Current != '"')
        {
            return false;
        }
        int at = Position + 1;
        while (at < text.Length)
        {
            char symbol = text[at];
            if (symbol == '"')
            {
                Position = at + 1;
                return true;
            }
            if (symbol == '\\')
            {
                at += 2;
            }
            else if (symbol < ' ')
            {
                return false;
            }
            else
            {
                at++;
            }
        }
        return false;
    }

    /// <summary>A comment of either kind, without an end of line behind it; false where none begins or one does not end.</summary>
    public bool TrySkipComment()
    {
        if (Current != '/')
        {
            return false;
        }
        if (Next == '/')
        {
            SkipToLineEnd();
            return true;
        }
        if (Next != '*')
        {
            return false;
        }
        if (Position >= noCommentEndFrom)
        {
            return false;
        }
        int found = text[(Position + 2)..].IndexOf("*/");
        if (found < 0)
        {
            noCommentEndFrom = Position;
            return false;
        }
        Position += found + 4;
        return true;
    }

    public static bool IsBlank(char symbol) =>
        symbol is ' ' or '\t' || (symbol >= '\u00a0' && char.GetUnicodeCategory(symbol) == UnicodeCategory.SpaceSeparator);

    /// <summary>How long the letter of any script, or the ASCII digit, at a position is; zero where there is none.</summary>
    private readonly int LetterOrDigitLength(int at)
    {
        if (at >= text.Length)
        {
            return 0;
        }
        char symbol = text[at];
        if (symbol < 128)
        {
            return char.IsAsciiLetterOrDigit(symbol) ? 1 : 0;
        }
        return Rune.DecodeFromUtf16(text[at..], out Rune rune, out int length) == OperationStatus.Done && Rune.IsLetter(rune) ? length : 0;
    }

    private readonly int SkipDigits(int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }
        return at;
    }
}
