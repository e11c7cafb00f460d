using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Reads values, argument lists and attributes. A method that fails leaves the lexer where it gave up; the caller drops the line.
/// </summary>
internal static class ExpressionParser
{
    /// <summary>Nobody nests arguments deeper than three; the bound keeps hostile texts from exhausting the stack.</summary>
    public const int MostNesting = 32;

    /// <summary>The attribute behind its signs, which began at <paramref name="start"/>.</summary>
    public static bool TryAttribute(ref Lexer lexer, int start, DiagnosticBag diagnostics, out AttributeSyntax attribute)
    {
        attribute = null!;
        lexer.SkipBlanks();
        int nameStart = lexer.Position;
        if (!lexer.TrySkipPath())
        {
            return false;
        }
        int end = lexer.Position;
        Identifier name = lexer.IdentifierAt(nameStart, end);
        lexer.SkipBlanks();
        ArgumentListSyntax arguments = ArgumentListSyntax.None;
        if (lexer.Current == '(')
        {
            if (!TryArguments(ref lexer, 0, diagnostics, out arguments))
            {
                return false;
            }
        }
        else
        {
            lexer.Position = end;
        }
        attribute = new AttributeSyntax(name, arguments, lexer.SpanFrom(start));
        return true;
    }

    public static bool TryExpression(ref Lexer lexer, int depth, DiagnosticBag diagnostics, out ExpressionSyntax expression)
    {
        expression = null!;
        int start = lexer.Position;
        if (depth > MostNesting)
        {
            diagnostics.Add(SyntaxMessages.TooDeep(MostNesting, lexer.SpanFrom(start)));
            return false;
        }
        if (lexer.Current == '[')
        {
            return TryArray(ref lexer, depth, diagnostics, out expression);
        }
        if (lexer.TrySkipString())
        {
            SourceSpan span = lexer.SpanFrom(start);
            expression = new StringSyntax(StringLiteral.Decode(span, diagnostics), span);
            return true;
        }
        bool isPath = lexer.TrySkipPath();
        int pathEnd = lexer.Position;
        lexer.SkipBlanks();
        if (isPath && lexer.Current == '(')
        {
            if (!TryArguments(ref lexer, depth + 1, diagnostics, out ArgumentListSyntax arguments))
            {
                return false;
            }
            expression = new FunctionSyntax(lexer.IdentifierAt(start, pathEnd).Text, arguments, lexer.SpanFrom(start));
            return true;
        }
        // A number is tried before a bare word: 12ab is a number with rubbish behind it.
        lexer.Position = start;
        if (lexer.TryTakeNumber(out Identifier number))
        {
            expression = new NumberSyntax(number.Text, number.Span);
            return true;
        }
        if (!isPath)
        {
            return false;
        }
        lexer.Position = pathEnd;
        Identifier path = lexer.IdentifierAt(start, pathEnd);
        expression = new ConstantSyntax(path.Text, path.Span);
        return true;
    }

    private static bool TryArray(ref Lexer lexer, int depth, DiagnosticBag diagnostics, out ExpressionSyntax array)
    {
        int start = lexer.Position;
        array = null!;
        List<ExpressionSyntax> items = new(2);
        lexer.TryTake('[');
        lexer.SkipBlanks();
        if (!lexer.TryTake(']'))
        {
            do
            {
                lexer.SkipBlanks();
                if (!TryExpression(ref lexer, depth + 1, diagnostics, out ExpressionSyntax item))
                {
                    return false;
                }
                items.Add(item);
                lexer.SkipBlanks();
            } while (lexer.TryTake(','));
            if (!lexer.TryTake(']'))
            {
                return false;
            }
        }
        array = new ArraySyntax(items, lexer.SpanFrom(start));
        return true;
    }

    private static bool TryArguments(ref Lexer lexer, int depth, DiagnosticBag diagnostics, out ArgumentListSyntax arguments)
    {
        arguments = ArgumentListSyntax.None;
        ArgumentSyntax[] items = [];
        List<ArgumentSyntax>? several = null;
        List<Identifier>? empty = null;
        lexer.TryTake('(');
        lexer.SkipBlanks();
        // A comma may stand behind the last argument, and on its own where there is none.
        bool first = true;
        SourceSpan? comma = null;
        while (!lexer.TryTake(')'))
        {
            int commaStart = lexer.Position;
            bool isComma = lexer.TryTake(',');
            SourceSpan commaSpan = lexer.SpanFrom(commaStart);
            if (!first && !isComma)
            {
                return false;
            }
            lexer.SkipBlanks();
            if (first ? isComma : lexer.Current == ')')
            {
                comma = commaSpan;
                if (!lexer.TryTake(')'))
                {
                    return false;
                }
                break;
            }
            if (!TryArgument(ref lexer, depth, diagnostics, ref empty, out ArgumentSyntax? item))
            {
                return false;
            }
            if (item is not null && items.Length == 0)
            {
                items = [item];
            }
            else if (item is not null)
            {
                (several ??= [items[0]]).Add(item);
            }
            first = false;
            lexer.SkipBlanks();
        }
        ArgumentFlaws? flaws = empty is null && comma is null ? null : new ArgumentFlaws(empty, comma);
        if (items.Length > 0 || flaws is not null)
        {
            arguments = new ArgumentListSyntax(several is null ? items : [.. several], flaws);
        }
        return true;
    }

    /// <summary>An argument, or a name without a value, which goes to <paramref name="empty"/>.</summary>
    private static bool TryArgument(
        ref Lexer lexer,
        int depth,
        DiagnosticBag diagnostics,
        ref List<Identifier>? empty,
        out ArgumentSyntax? argument
    )
    {
        argument = null;
        int start = lexer.Position;
        bool isNamed = TryArgumentName(ref lexer, out Identifier name);
        if (isNamed && lexer.Current is ',' or ')')
        {
            (empty ??= []).Add(name);
            return true;
        }
        if (!TryExpression(ref lexer, depth, diagnostics, out ExpressionSyntax value))
        {
            return false;
        }
        argument = new ArgumentSyntax(isNamed ? name.Text : null, value, lexer.SpanFrom(start));
        return true;
    }

    /// <summary>A name with a colon behind it; takes nothing where the argument has none.</summary>
    private static bool TryArgumentName(ref Lexer lexer, out Identifier name)
    {
        int start = lexer.Position;
        if (lexer.TrySkipIdentifier())
        {
            int end = lexer.Position;
            lexer.SkipBlanks();
            if (lexer.TryTake(':'))
            {
                name = lexer.IdentifierAt(start, end);
                lexer.SkipBlanks();
                return true;
            }
            lexer.Position = start;
        }
        name = default;
        return false;
    }
}
