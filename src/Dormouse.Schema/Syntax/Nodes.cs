using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Syntax;

// The syntax tree. It is made once by the parser and never changed; what the passes learn is kept beside it, but for what they found
// that a tail means.

/// <summary>A name as written.</summary>
internal readonly record struct Identifier(string Text, SourceSpan Span);

internal enum BlockKind
{
    Model,
    View,
    Type,
}

internal enum ConfigurationKind
{
    Datasource,
    Generator,
}

/// <summary>Required, optional (<c>?</c>) or list (<c>[]</c>).</summary>
internal enum AritySyntax : byte
{
    Required,
    Optional,
    List,
}

/// <summary>The type of a field: a name, or the text of <c>Unsupported("…")</c>.</summary>
internal readonly record struct TypeSyntax(string Name, bool IsUnsupported, SourceSpan Span);

internal sealed record ArgumentSyntax(string? Name, ExpressionSyntax Value, SourceSpan Span);

/// <summary>Arguments in parentheses. <see cref="Flaws"/> is there where something is in them that may stand in few places or none.</summary>
internal sealed record ArgumentListSyntax(ArgumentSyntax[] Items, ArgumentFlaws? Flaws)
{
    public static readonly ArgumentListSyntax None = new([], null);

    /// <summary>The argument that is called <c>value</c>, or has no name.</summary>
    public ExpressionSyntax? Value => Array.Find(Items, item => item.Name is null or "value")?.Value;

    public ArgumentSyntax? Find(string name)
    {
        foreach (ArgumentSyntax item in Items)
        {
            if (item.Name == name)
            {
                return item;
            }
        }
        return null;
    }
}

/// <summary>Names without a value (<c>map:</c>), and a comma behind the last argument.</summary>
internal sealed record ArgumentFlaws(List<Identifier>? Empty, SourceSpan? TrailingComma);

/// <summary><c>@name(…)</c> or <c>@@name(…)</c>; the span includes the signs.</summary>
internal sealed record AttributeSyntax(Identifier Name, ArgumentListSyntax Arguments, SourceSpan Span)
{
    /// <summary>Has the form <c>@datasource.Type</c>.</summary>
    public bool IsNativeType => Name.Text.Contains('.');

    /// <summary>The place of a named argument, or of the whole attribute.</summary>
    public SourceSpan SpanOf(string argument) => Arguments.Find(argument)?.Span ?? Span;
}

/// <summary>What stands behind the name or type of a field, up to the end of its line.</summary>
internal sealed record LineEnd(AttributeSyntax[] Attributes, string? Documentation);

/// <summary>What stands behind the name of a field, up to the end of its line. Fields of which it is the same may share it.</summary>
internal sealed class FieldTail(TypeSyntax type, ScalarType? scalar, AritySyntax arity, LineEnd end)
{
    public TypeSyntax Type => type;

    /// <summary>Which of the scalar types it names, if it names one.</summary>
    public ScalarType? Scalar => scalar;

    public AritySyntax Arity => arity;

    public LineEnd End => end;

    /// <summary>Its type is likely a model, of which no more can be told from the line alone; else it is a scalar type or an enum.</summary>
    public bool NamesModel =>
        scalar is null && (arity != AritySyntax.Required || Array.Exists(end.Attributes, item => item.Name.Text == "relation"));

    /// <summary>It says something that is not the field's matter alone: a key, or the name of a column.</summary>
    public bool ConcernsModel { get; } = Array.Exists(end.Attributes, static item => item.Name.Text is "id" or "unique" or "map");

    /// <summary>
    /// What was made of it for the last field that has it. Two threads may work it out at once, and make the same; what is wrong in it was
    /// told of the first field, and of a text with anything to tell tails are not shared in the end.
    /// </summary>
    public ScalarTraits? Traits { get; set; }

    /// <summary>The same, with a comment that a field has of its own.</summary>
    public FieldTail Documented(string documentation) => new(type, scalar, arity, end with { Documentation = documentation });
}

/// <summary>
/// A field's line. There are ten to twenty for each model, so a model keeps them in place, and the places in the text are worked out.
/// </summary>
internal readonly struct FieldSyntax(string name, FieldTail tail, int start, int end)
{
    public string Text => name;

    public Identifier Name => new(name, new SourceSpan(Source, start, start + name.Length));

    public FieldTail Tail => tail;

    public TypeSyntax Type => tail.Type;

    public ScalarType? Scalar => tail.Scalar;

    public AritySyntax Arity => tail.Arity;

    public AttributeSyntax[] Attributes => tail.End.Attributes;

    public string? Documentation => tail.End.Documentation;

    public SourceSpan Span => new(Source, start, end);

    private SourceFile Source => tail.Type.Span.Source;

    public AttributeSyntax? Attribute(string name)
    {
        foreach (AttributeSyntax attribute in Attributes)
        {
            if (attribute.Name.Text == name)
            {
                return attribute;
            }
        }
        return null;
    }

    /// <summary>The place of an attribute's argument, or of the whole field.</summary>
    public SourceSpan SpanOf(string attribute, string argument) => Attribute(attribute)?.Arguments.Find(argument)?.Span ?? Span;
}

internal abstract record TopSyntax(Identifier Name, SourceSpan Span)
{
    /// <summary>What it is called in messages: model, view, enum, …</summary>
    public abstract string Kind { get; }
}

/// <summary>A model, a view or a composite type. <see cref="HasBrokenLines"/> says that some of it could not be read.</summary>
internal sealed record ModelSyntax(
    BlockKind Block,
    Identifier Name,
    FieldSyntax[] Fields,
    AttributeSyntax[] Attributes,
    bool HasBrokenLines,
    string? Documentation,
    SourceSpan Span
) : TopSyntax(Name, Span)
{
    public override string Kind =>
        Block switch
        {
            BlockKind.View => "view",
            BlockKind.Type => "composite type",
            _ => "model",
        };
}

internal sealed record EnumValueSyntax(Identifier Name, AttributeSyntax[] Attributes, string? Documentation, SourceSpan Span);

internal sealed record EnumSyntax(
    Identifier Name,
    EnumValueSyntax[] Values,
    AttributeSyntax[] Attributes,
    bool HasBrokenLines,
    string? Documentation,
    SourceSpan Span
) : TopSyntax(Name, Span)
{
    public override string Kind => "enum";
}

/// <summary><c>key = value</c>; the value is absent where only <c>key =</c> was written.</summary>
internal sealed record PropertySyntax(Identifier Name, ExpressionSyntax? Value, SourceSpan Span);

internal sealed record ConfigurationSyntax(ConfigurationKind Block, Identifier Name, PropertySyntax[] Properties, SourceSpan Span)
    : TopSyntax(Name, Span)
{
    public override string Kind => Block == ConfigurationKind.Datasource ? "datasource" : "generator";
}

/// <summary>One file. <see cref="BrokenNames"/> are blocks that could not be read: references to them are no further mistakes.</summary>
internal sealed record FileSyntax(SourceFile Source, List<TopSyntax> Tops, List<string> BrokenNames);
