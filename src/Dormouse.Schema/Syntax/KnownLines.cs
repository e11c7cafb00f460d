using System.Diagnostics.CodeAnalysis;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Lines of one text that have been read. In a schema most lines come again and again but for the name of the field
/// (<c>createdAt DateTime @default(now())</c>), and need neither be read nor be kept twice.
/// </summary>
internal sealed class KnownLines
{
    /// <summary>By what stands behind the name of a field of a scalar type.</summary>
    public LineCache<FieldTail> Tails { get; } = new();

    /// <summary>By what stands behind the type of a field, or behind the name of an enum's value.</summary>
    public LineCache<LineEnd> Ends { get; } = new();

    /// <summary>By whole lines of the form <c>@@name(…)</c>.</summary>
    public LineCache<AttributeSyntax> Attributes { get; } = new();
}

/// <summary>What lines were read as, for lines that are read without a complaint. One may push out another, which is then read again.</summary>
internal sealed class LineCache<T>
    where T : class
{
    /// <summary>Schemas of a thousand models have two hundred different lines, apart from those that name a relation.</summary>
    private const int Slots = 256;

    /// <summary>Longer lines are rarely written twice.</summary>
    private const int LongestLine = 128;

    private readonly Slot[] slots = new Slot[Slots];

    public bool TryFind(ReadOnlySpan<char> line, [NotNullWhen(true)] out T? known)
    {
        ref Slot slot = ref SlotOf(line);
        known = slot.Line is { } text && line.SequenceEqual(text) ? slot.Known : null;
        return known is not null;
    }

    public void Add(ReadOnlySpan<char> line, T read)
    {
        // A comment of this kind may go on in the next line, and what the line means then depends on that.
        if (line.Length <= LongestLine && !line.Contains("/*", StringComparison.Ordinal))
        {
            SlotOf(line) = new Slot(line.ToString(), read);
        }
    }

    private ref Slot SlotOf(ReadOnlySpan<char> line) => ref slots[(uint)string.GetHashCode(line) % Slots];

    private readonly record struct Slot(string? Line, T Known);
}
