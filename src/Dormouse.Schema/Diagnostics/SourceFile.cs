namespace Dormouse.Schema.Diagnostics;

/// <summary>
/// One schema text under the name that diagnostics show. A text in a borrowed buffer must stay as it is while it is read and while the
/// findings are looked at; a schema keeps nothing of it.
/// </summary>
public sealed class SourceFile(string name, ReadOnlyMemory<char> text)
{
    private int[]? lineStarts;

    public SourceFile(string name, string text)
        : this(name, text.AsMemory()) { }

    public string Name { get; } = name;

    public ReadOnlySpan<char> Text => text.Span;

    public int Length => text.Length;

    /// <summary>Line and column, both from 1, of an offset in UTF-16 units. Lines end with LF, CR LF or CR.</summary>
    public (int Line, int Column) Position(int offset)
    {
        int[] starts = lineStarts ??= FindLineStarts(Text);
        int index = Array.BinarySearch(starts, offset);
        int line = index >= 0 ? index : ~index - 1;
        return (line + 1, offset - starts[line] + 1);
    }

    /// <summary>A line, from 1, without its end.</summary>
    public string Line(int number)
    {
        int[] starts = lineStarts ??= FindLineStarts(Text);
        int start = starts[number - 1];
        int end = number < starts.Length ? starts[number] : Text.Length;
        return Text[start..end].TrimEnd("\r\n").ToString();
    }

    private static int[] FindLineStarts(ReadOnlySpan<char> text)
    {
        List<int> starts = [0];
        for (int index = 0; index < text.Length; index++)
        {
            char symbol = text[index];
            if (symbol == '\n' || (symbol == '\r' && (index + 1 == text.Length || text[index + 1] != '\n')))
            {
                starts.Add(index + 1);
            }
        }
        return [.. starts];
    }
}
