namespace Dormouse.Schema.Diagnostics;

/// <summary>A stretch of a source text: from <see cref="Start"/> up to and without <see cref="End"/>, in UTF-16 units.</summary>
public readonly record struct SourceSpan(SourceFile Source, int Start, int End)
{
    public int Length => End - Start;

    public string Text => Source.Text[Start..End].ToString();

    /// <summary>The line and column, from 1, at which it begins.</summary>
    public (int Line, int Column) Position => Source.Position(Start);

    /// <summary>From the start of this one to the end of another.</summary>
    public SourceSpan To(SourceSpan other) => this with { End = other.End };
}
