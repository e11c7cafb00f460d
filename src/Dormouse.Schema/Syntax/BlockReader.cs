using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Reads the lines of one block. A line that it cannot read is reported and skipped; a block whose brace is missing ends where the next
/// one begins.
/// </summary>
internal ref struct BlockReader(
    DiagnosticBag diagnostics,
    string keyword,
    Identifier name,
    List<AttributeSyntax> lineAttributes,
    KnownLines? known
)
{
    /// <summary>How far the end of an argument list is looked for that was broken over lines.</summary>
    private const int MostArgumentLines = 32;

    private string? pendingDocumentation;

    /// <summary>Some line could not be read, so that what seems missing in the block may stand there.</summary>
    public bool HasBrokenLines { get; private set; }

    /// <summary>Moves to the next line with something in it; false at the end of the block, behind its brace.</summary>
    public bool TryNextLine(ref Lexer lexer)
    {
        while (true)
        {
            lexer.SkipBlanks();
            if (lexer.TryTakeLineEnd())
            {
                continue;
            }
            if (lexer.TryTake('}'))
            {
                return false;
            }
            if (lexer.AtEnd || SchemaParser.OpensBlock(ref lexer))
            {
                HasBrokenLines = true;
                diagnostics.Add(SyntaxMessages.BlockNotClosed(keyword, name.Text, name.Span));
                return false;
            }
            if (lexer.Current == '/' && lexer.Next is '/' or '*')
            {
                int start = lexer.Position;
                string? documentation = CommentReader.ReadBlock(ref lexer);
                if (lexer.Position != start)
                {
                    pendingDocumentation = documentation;
                    continue;
                }
            }
            return true;
        }
    }

    public void ReadBlockAttribute(ref Lexer lexer, List<AttributeSyntax> attributes)
    {
        int start = lexer.Position;
        ReadOnlySpan<char> line = lexer.RestOfLine;
        if (known?.Attributes.TryFind(line, out AttributeSyntax? alike) == true)
        {
            lexer.SkipLine(line.Length);
            attributes.Add(alike);
            return;
        }
        if (!lexer.TryTake("@@") || !ExpressionParser.TryAttribute(ref lexer, start, diagnostics, out AttributeSyntax attribute))
        {
            SkipBroken(ref lexer, start);
            return;
        }
        lexer.SkipBlanks();
        CommentReader.ReadTrailing(ref lexer);
        if (EndLine(ref lexer, start))
        {
            attributes.Add(attribute);
            known?.Attributes.Add(line, attribute);
        }
    }

    public void ReadField(ref Lexer lexer, List<FieldSyntax> fields)
    {
        int start = lexer.Position;
        if (!lexer.TryTakeIdentifier(out Identifier field))
        {
            SkipBroken(ref lexer, start);
            return;
        }
        // The formatter aligns types, so that lines which are alike have blanks of different lengths here.
        lexer.SkipBlanks();
        ReadOnlySpan<char> behindName = lexer.RestOfLine;
        if (known?.Tails.TryFind(behindName, out FieldTail? tail) == true)
        {
            lexer.SkipLine(behindName.Length);
        }
        else if ((tail = ReadTail(ref lexer, start)) is null)
        {
            return;
        }
        else if (!tail.NamesModel)
        {
            // Those that do come again too rarely.
            known?.Tails.Add(behindName, tail);
        }
        if (pendingDocumentation is not null)
        {
            tail = tail.Documented(CommentReader.Join(pendingDocumentation, tail.End.Documentation)!);
        }
        pendingDocumentation = null;
        fields.Add(new FieldSyntax(field.Text, tail, start, lexer.Position));
    }

    /// <summary>What stands behind the name of a field that began at <paramref name="start"/>; null where it cannot be used.</summary>
    private FieldTail? ReadTail(ref Lexer lexer, int start)
    {
        int colon = lexer.Position;
        Diagnostic? legacy = lexer.TryTake(':') ? SyntaxMessages.LegacyColon(lexer.SpanFrom(colon)) : null;
        lexer.SkipBlanks();
        TypeSyntax? type = ReadType(ref lexer, ref legacy, out AritySyntax arity);
        ScalarType? scalar =
            type is { IsUnsupported: false, Name: var named } && ScalarTypes.TryParse(named, out ScalarType found) ? found : null;
        // What stands behind a scalar type will be known by what stands behind the name.
        if ((scalar is null ? ReadLineEnd(ref lexer, start) : ReadNewLineEnd(ref lexer, start)) is not { } end)
        {
            return null;
        }
        if (legacy is not null || type is null)
        {
            pendingDocumentation = null;
            HasBrokenLines = true;
            string kind = keyword == "type" ? "composite type" : keyword;
            diagnostics.Add(legacy ?? SyntaxMessages.FieldWithoutType(kind, name.Text, lexer.SpanFrom(start)));
            return null;
        }
        return new FieldTail(type.Value, scalar, arity, end);
    }

    /// <summary>The attributes of a line that began at <paramref name="start"/>, and its end; null where it cannot be used.</summary>
    private LineEnd? ReadLineEnd(ref Lexer lexer, int start)
    {
        ReadOnlySpan<char> rest = lexer.RestOfLine;
        if (known?.Ends.TryFind(rest, out LineEnd? end) == true)
        {
            lexer.SkipLine(rest.Length);
            return end;
        }
        if ((end = ReadNewLineEnd(ref lexer, start)) is not null)
        {
            known?.Ends.Add(rest, end);
        }
        return end;
    }

    private LineEnd? ReadNewLineEnd(ref Lexer lexer, int start)
    {
        if (!TryReadAttributes(ref lexer))
        {
            SkipBroken(ref lexer, start);
            return null;
        }
        string? documentation = CommentReader.ReadTrailing(ref lexer);
        return EndLine(ref lexer, start) ? new LineEnd([.. lineAttributes], documentation) : null;
    }

    public void ReadEnumValue(ref Lexer lexer, List<EnumValueSyntax> values)
    {
        int start = lexer.Position;
        if (!lexer.TryTakeIdentifier(out Identifier value))
        {
            SkipBroken(ref lexer, start);
            return;
        }
        if (ReadLineEnd(ref lexer, start) is { } end)
        {
            string? documentation = CommentReader.Join(pendingDocumentation, end.Documentation);
            pendingDocumentation = null;
            values.Add(new EnumValueSyntax(value, end.Attributes, documentation, lexer.SpanFrom(start)));
        }
    }

    public void ReadProperty(ref Lexer lexer, List<PropertySyntax> properties)
    {
        int start = lexer.Position;
        if (!lexer.TryTakeIdentifier(out Identifier property))
        {
            SkipBroken(ref lexer, start);
            return;
        }
        lexer.SkipBlanks();
        if (!lexer.TryTake('='))
        {
            SkipBroken(ref lexer, start);
            return;
        }
        lexer.SkipBlanks();
        ExpressionSyntax? value = null;
        bool isEmpty = lexer.AtLineEnd || (lexer.Current == '/' && lexer.Next is '/' or '*');
        if (!isEmpty && !ExpressionParser.TryExpression(ref lexer, 0, diagnostics, out value))
        {
            SkipBroken(ref lexer, start);
            return;
        }
        lexer.SkipBlanks();
        CommentReader.ReadTrailing(ref lexer);
        if (EndLine(ref lexer, start))
        {
            properties.Add(new PropertySyntax(property, value, lexer.SpanFrom(start)));
        }
    }

    private readonly TypeSyntax? ReadType(ref Lexer lexer, ref Diagnostic? legacy, out AritySyntax arity)
    {
        arity = AritySyntax.Required;
        int start = lexer.Position;
        if (lexer.Current == '[')
        {
            lexer.TryTake('[');
            lexer.SkipBlanks();
            TypeSyntax? inner = ReadBaseType(ref lexer);
            lexer.SkipBlanks();
            if (inner is null || !lexer.TryTake(']'))
            {
                return null;
            }
            legacy ??= SyntaxMessages.LegacyList(lexer.SpanFrom(start));
            return inner;
        }
        TypeSyntax? type = ReadBaseType(ref lexer);
        if (type is null)
        {
            return null;
        }
        int end = lexer.Position;
        lexer.SkipBlanks();
        if (lexer.TryTake("[]"))
        {
            arity = AritySyntax.List;
            end = lexer.Position;
            lexer.SkipBlanks();
            if (lexer.TryTake('?'))
            {
                legacy ??= SyntaxMessages.OptionalList(lexer.SpanFrom(start));
                return type;
            }
        }
        else if (lexer.TryTake('?'))
        {
            arity = AritySyntax.Optional;
            return type;
        }
        else if (lexer.TryTake('!'))
        {
            legacy ??= SyntaxMessages.LegacyRequired(lexer.SpanFrom(start));
            return type;
        }
        lexer.Position = end;
        return type;
    }

    private readonly TypeSyntax? ReadBaseType(ref Lexer lexer)
    {
        int start = lexer.Position;
        if (lexer.TryTake("Unsupported("))
        {
            lexer.SkipBlanks();
            int text = lexer.Position;
            if (lexer.TrySkipString())
            {
                SourceSpan span = lexer.SpanFrom(text);
                lexer.SkipBlanks();
                if (lexer.TryTake(')'))
                {
                    return new TypeSyntax(StringLiteral.Decode(span, diagnostics), IsUnsupported: true, lexer.SpanFrom(start));
                }
            }
            lexer.Position = start;
        }
        return lexer.TryTakeIdentifier(out Identifier type) ? new TypeSyntax(type.Text, IsUnsupported: false, type.Span) : null;
    }

    private readonly bool TryReadAttributes(ref Lexer lexer)
    {
        lineAttributes.Clear();
        lexer.SkipBlanks();
        while (lexer.Current == '@')
        {
            int start = lexer.Position;
            lexer.TryTake('@');
            if (!ExpressionParser.TryAttribute(ref lexer, start, diagnostics, out AttributeSyntax attribute))
            {
                return false;
            }
            lineAttributes.Add(attribute);
            lexer.SkipBlanks();
        }
        return true;
    }

    /// <summary>The end of a line; anything else in its place is a mistake, except that a closing brace is understood.</summary>
    private bool EndLine(ref Lexer lexer, int start)
    {
        lexer.SkipBlanks();
        if (lexer.TryTakeLineEnd())
        {
            return true;
        }
        HasBrokenLines = true;
        if (lexer.Current == '}')
        {
            int brace = lexer.Position;
            lexer.TryTake('}');
            diagnostics.Add(SyntaxMessages.BraceOnContentLine(lexer.SpanFrom(brace)));
            lexer.Position = brace;
            return true;
        }
        if (lexer.AtEnd)
        {
            return true;
        }
        SkipBroken(ref lexer, start);
        return false;
    }

    private void SkipBroken(ref Lexer lexer, int start)
    {
        HasBrokenLines = true;
        bool openArguments = lexer.AtLineEnd && !lexer.AtEnd && lexer.TextFrom(start).Contains('(');
        lexer.SkipToLineEnd();
        SourceSpan line = lexer.SpanFrom(start);
        lexer.TryTakeLineEnd();
        diagnostics.Add(
            openArguments ? SyntaxMessages.LineBreakInArguments(line)
            : keyword == "enum" ? SyntaxMessages.InvalidEnumLine(line)
            : keyword is "datasource" or "generator" ? SyntaxMessages.InvalidConfigurationLine(keyword, line)
            : SyntaxMessages.InvalidModelLine(line)
        );
        if (openArguments)
        {
            SkipOpenArguments(ref lexer);
        }
    }

    /// <summary>Behind an argument list that was broken over lines: its other lines are no further mistakes.</summary>
    private static void SkipOpenArguments(ref Lexer lexer)
    {
        int start = lexer.Position;
        for (int line = 0; line < MostArgumentLines; line++)
        {
            int lineStart = lexer.Position;
            lexer.SkipBlanks();
            bool closes = lexer.Current is ')' or ']';
            if (lexer.AtEnd || lexer.Current is '}' or '@')
            {
                break;
            }
            lexer.SkipToLineEnd();
            closes |= lexer.TextFrom(lineStart).TrimEnd().EndsWith(")");
            lexer.TryTakeLineEnd();
            if (closes)
            {
                return;
            }
        }
        lexer.Position = start;
    }
}
