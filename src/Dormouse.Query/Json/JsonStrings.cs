using System.Buffers;
using System.Text;

namespace Dormouse.Query.Json;

/// <summary>The inside of JSON strings: unescaping as JavaScript and Node do it, lone surrogates becoming U+FFFD.</summary>
internal static class JsonStrings
{
    private const int UnicodeEscapeLength = 6;

    private static readonly byte[] OtherControls = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Range(0, 0x20).Select(c => $"\\u{c:x4}"))
    );

    /// <summary>What must be escaped inside a JSON string.</summary>
    public static readonly SearchValues<byte> Special = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(c => (byte)c),
        (byte)'"',
        (byte)'\\',
    ]);

    /// <summary>How a <see cref="Special"/> character is written: the short form where there is one, as JavaScript and Prisma's engine do.</summary>
    public static ReadOnlySpan<byte> EscapeOf(byte special) =>
        special switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            8 => "\\b"u8,
            9 => "\\t"u8,
            10 => "\\n"u8,
            12 => "\\f"u8,
            13 => "\\r"u8,
            _ => OtherControls.AsSpan(special * UnicodeEscapeLength, UnicodeEscapeLength),
        };

    /// <summary>Writes a text with its quotes.</summary>
    public static void Quote(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        for (var stop = text.IndexOfAny(Special); stop >= 0; stop = text.IndexOfAny(Special))
        {
            output.Write(text[..stop]);
            output.Write(EscapeOf(text[stop]));
            text = text[(stop + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    /// <summary>Unescapes the content between the quotes.</summary>
    public static ReadOnlyMemory<byte> Unescape(ReadOnlySpan<byte> content)
    {
        if (!content.Contains((byte)'\\'))
        {
            return content.ToArray();
        }

        var output = new byte[content.Length];
        return output.AsMemory(0, Unescape(content, output));
    }

    /// <summary>Unescapes into a buffer at least as long as the content and returns the length.</summary>
    public static int Unescape(ReadOnlySpan<byte> content, Span<byte> output)
    {
        int at = 0,
            length = 0;
        while (at < content.Length)
        {
            var plain = content[at..].IndexOf((byte)'\\');
            plain = plain < 0 ? content.Length - at : plain;
            content.Slice(at, plain).CopyTo(output[length..]);
            at += plain;
            length += plain;
            if (at + 1 >= content.Length)
            {
                break;
            }

            if (content[at + 1] != (byte)'u')
            {
                output[length++] = Single(content[at + 1]);
                at += 2;
            }
            else
            {
                at += UnescapeUnicode(content[at..], output, ref length);
            }
        }

        return length;
    }

    private static byte Single(byte c) =>
        c switch
        {
            (byte)'b' => 8,
            (byte)'f' => 12,
            (byte)'n' => 10,
            (byte)'r' => 13,
            (byte)'t' => 9,
            _ => c,
        };

    /// <summary>Whether the content between the quotes has an escaped half of a surrogate pair, which is no character.</summary>
    public static bool HasLoneSurrogate(ReadOnlySpan<byte> content)
    {
        for (var at = content.IndexOf((byte)'\\'); at >= 0 && at + 1 < content.Length; at = Next(content, at))
        {
            if (content[at + 1] == (byte)'u' && IsLone(content[at..]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The escape behind the one at a position; a surrogate pair is one.</summary>
    private static int Next(ReadOnlySpan<byte> content, int at)
    {
        var isUnicode = content[at + 1] == (byte)'u';
        var behind =
            at
            + (
                !isUnicode ? 2
                : char.IsSurrogate(CodeUnit(content[at..])) ? 12
                : 6
            );
        var next = behind < content.Length ? content[behind..].IndexOf((byte)'\\') : -1;
        return next < 0 ? -1 : behind + next;
    }

    private static bool IsLone(ReadOnlySpan<byte> escape)
    {
        var first = CodeUnit(escape);
        return char.IsSurrogate(first)
            && !(
                char.IsHighSurrogate(first)
                && escape.Length >= 12
                && escape[6] == (byte)'\\'
                && escape[7] == (byte)'u'
                && char.IsLowSurrogate(CodeUnit(escape[6..]))
            );
    }

    private static int UnescapeUnicode(ReadOnlySpan<byte> text, Span<byte> output, ref int length)
    {
        var first = CodeUnit(text);
        var rune = Rune.ReplacementChar;
        var consumed = 6;
        if (!char.IsSurrogate(first))
        {
            rune = new Rune(first);
        }
        else if (
            text.Length >= 12
            && text[6] == (byte)'\\'
            && text[7] == (byte)'u'
            && Rune.TryCreate(first, CodeUnit(text[6..]), out var pair)
        )
        {
            rune = pair;
            consumed = 12;
        }

        length += rune.EncodeToUtf8(output[length..]);
        return Math.Min(consumed, text.Length);
    }

    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        escape.Length >= 6 && ushort.TryParse(escape.Slice(2, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit)
            ? (char)unit
            : '\uFFFD';
}
