using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>A value as written in an attribute or a property.</summary>
internal abstract record ExpressionSyntax(SourceSpan Span)
{
    /// <summary>What messages call the kind of value.</summary>
    public abstract string Kind { get; }

    /// <summary>The value as messages show it.</summary>
    public abstract string Shown { get; }
}

internal sealed record StringSyntax(string Value, SourceSpan Span) : ExpressionSyntax(Span)
{
    public override string Kind => "string";

    public override string Shown =>
        $"\"{Value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t")}\"";
}

internal sealed record NumberSyntax(string Text, SourceSpan Span) : ExpressionSyntax(Span)
{
    public override string Kind => "numeric";

    public override string Shown => Text;
}

/// <summary>A bare word, perhaps with dots: <c>true</c>, an enum value, a field, <c>Cascade</c>.</summary>
internal sealed record ConstantSyntax(string Text, SourceSpan Span) : ExpressionSyntax(Span)
{
    public override string Kind => "literal";

    public override string Shown => Text;
}

internal sealed record ArraySyntax(List<ExpressionSyntax> Items, SourceSpan Span) : ExpressionSyntax(Span)
{
    public override string Kind => "array";

    public override string Shown => $"[{string.Join(", ", Items.Select(item => item.Shown))}]";
}

internal sealed record FunctionSyntax(string Name, ArgumentListSyntax Arguments, SourceSpan Span) : ExpressionSyntax(Span)
{
    public override string Kind => "functional";

    public override string Shown =>
        $"{Name}({string.Join(", ", Arguments.Items.Select(item => item.Name is { } name ? $"{name}: {item.Value.Shown}" : item.Value.Shown))})";
}
