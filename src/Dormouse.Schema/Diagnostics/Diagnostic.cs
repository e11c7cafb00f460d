namespace Dormouse.Schema.Diagnostics;

/// <summary>What a finding means for the schema.</summary>
public enum Severity
{
    /// <summary>The schema cannot be used.</summary>
    Error,

    /// <summary>The schema can be used; its author should know.</summary>
    Warning,
}

/// <summary>Something wrong in a schema: what, where, and as far as it is known what was expected.</summary>
public sealed record Diagnostic(Severity Severity, string Message, SourceSpan Span)
{
    public int Line => Span.Position.Line;

    public int Column => Span.Position.Column;

    /// <summary><c>schema.prisma:3:7: error: …</c></summary>
    public override string ToString()
    {
        (int line, int column) = Span.Position;
        return $"{Span.Source.Name}:{line}:{column}: {(Severity == Severity.Error ? "error" : "warning")}: {Message}";
    }
}
