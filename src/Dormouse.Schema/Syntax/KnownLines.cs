using System.Diagnostics.CodeAnalysis;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Lines of one text that have been read. In a schema most lines come again and again but for the name of the field
/// (<c>createdAt DateTime @default(now())</c>), and need neither be read nor be kept twice.
/// </summary>
internal sealed class KnownLines
{
    /// <summary>Their words.</summary>
    public WordCache Words { get; } = new();

    /// <summary>By what stands behind the name of a field of a scalar type.</summary>
    public LineCache<FieldTail> Tails { get; } = new();

    /// <summary>By what stands behind the type of a field, or behind the name of an enum's value.</summary>
    public LineCache<LineEnd> Ends { get; } = new();

    /// <summary>By whole lines of the form <c>@@name(…)</c>.</summary>
    public LineCache<AttributeSyntax> Attributes { get; } = new();
}

/// <summary>
/// What lines were read as, for lines that are read without a complaint. There are two places for each line; one that finds both taken
/// pushes out the older, which is then read again.
/// </summary>
internal sealed class LineCache<T>
    where T : class
{
    /// <summary>Schemas of a thousand models have two hundred different lines, apart from those that name a relation.</summary>
    private const int Places = 128;

    /// <summary>Longer lines are rarely written twice.</summary>
    private const int LongestLine = 128;

    private readonly Line[] newer = new Line[Places];
    private readonly Line[] older = new Line[Places];

    public bool TryFind(ReadOnlySpan<char> line, [NotNullWhen(true)] out T? known)
    {
        int place = PlaceOf(line);
        known = newer[place].ReadAs(line) ?? older[place].ReadAs(line);
        return known is not null;
    }

    public void Add(ReadOnlySpan<char> line, T read)
    {
        // A comment of this kind may go on in the next line, and what the line means then depends on that.
        if (line.Length <= LongestLine && !line.Contains("/*", StringComparison.Ordinal))
        {
            int place = PlaceOf(line);
            older[place] = newer[place];
            newer[place] = new Line(line.ToString(), read);
        }
    }

    private static int PlaceOf(ReadOnlySpan<char> line) => (int)((uint)string.GetHashCode(line) % Places);

    private readonly record struct Line(string? Text, T Known)
    {
        public T? ReadAs(ReadOnlySpan<char> line) => Text is not null && line.SequenceEqual(Text) ? Known : null;
    }
}
