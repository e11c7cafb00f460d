using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Reads one file. It never throws and never goes back more than a line: what it cannot read becomes a diagnostic, and reading goes on
/// behind it. A text for which it has no complaint is one that Prisma's grammar accepts, with the same meaning.
/// </summary>
internal ref struct SchemaParser
{
    private readonly SourceFile source;
    private readonly DiagnosticBag diagnostics;
    private readonly List<TopSyntax> tops = [];
    private readonly List<string> brokenNames = [];

    // The parts of the block that is being read.
    private readonly List<FieldSyntax> fields = [];
    private readonly List<EnumValueSyntax> values = [];
    private readonly List<PropertySyntax> properties = [];
    private readonly List<AttributeSyntax> attributes = [];
    private readonly List<AttributeSyntax> lineAttributes = [];
    private readonly KnownLines? known;
    private Lexer lexer;

    private SchemaParser(SourceFile source, Range part, DiagnosticBag diagnostics, KnownLines? known)
    {
        this.known = known;
        this.source = source;
        this.diagnostics = diagnostics;
        lexer = new Lexer(source, part, known?.Words ?? new WordCache());
    }

    public static FileSyntax Parse(SourceFile source, DiagnosticBag diagnostics)
    {
        SchemaParser parser = new(source, .., diagnostics, known: null);
        parser.ParseTops();
        return new FileSyntax(source, parser.tops, parser.brokenNames);
    }

    /// <summary>
    /// Reads a part that begins and ends between two blocks, if there is nothing to complain of; otherwise null. Lines that are written
    /// alike share what was read of the first of them, and so its place in the text.
    /// </summary>
    /// <param name="source">The text.</param>
    /// <param name="part">Where to begin and to end.</param>
    /// <param name="known">What was read of other parts by this thread.</param>
    public static List<TopSyntax>? TryParseAlike(SourceFile source, Range part, KnownLines known)
    {
        DiagnosticBag complaints = new(limit: 1);
        SchemaParser parser = new(source, part, complaints, known);
        parser.ParseTops();
        return complaints.Count == 0 ? parser.tops : null;
    }

    private void ParseTops()
    {
        string? documentation = null;
        while (true)
        {
            lexer.SkipBlanks();
            if (lexer.AtEnd || diagnostics.IsFull)
            {
                return;
            }
            if (lexer.Current == '/' && lexer.Next is '/' or '*')
            {
                int start = lexer.Position;
                documentation = CommentReader.ReadBlock(ref lexer);
                if (lexer.Position != start)
                {
                    continue;
                }
            }
            if (lexer.TryTakeLineEnd())
            {
                documentation = null;
                continue;
            }
            ParseTop(documentation);
            documentation = null;
        }
    }

    private void ParseTop(string? documentation)
    {
        int start = lexer.Position;
        if (TryKeyword("model", out Identifier name))
        {
            ParseModel(BlockKind.Model, "model", name, start, documentation);
        }
        else if (TryKeyword("view", out name))
        {
            ParseModel(BlockKind.View, "view", name, start, documentation);
        }
        else if (TryKeyword("enum", out name))
        {
            ParseEnum(name, start, documentation);
        }
        else if (TryKeyword("datasource", out name))
        {
            ParseConfiguration(ConfigurationKind.Datasource, "datasource", name, start);
        }
        else if (TryKeyword("generator", out name))
        {
            ParseConfiguration(ConfigurationKind.Generator, "generator", name, start);
        }
        else if (TryKeyword("type", out name))
        {
            ParseModel(BlockKind.Type, "type", name, start, documentation);
        }
        else
        {
            ParseUnknown(start);
        }
    }

    /// <summary>
    /// A keyword, a name and an opening brace; what stands behind the brace on its line is ignored, as Prisma does. The grammar asks
    /// for no blank between keyword and name.
    /// </summary>
    private bool TryKeyword(string keyword, out Identifier name)
    {
        int start = lexer.Position;
        if (lexer.TryTake(keyword))
        {
            lexer.SkipBlanks();
            if (lexer.TryTakeIdentifier(out name))
            {
                int nameEnd = lexer.Position;
                lexer.SkipBlanks();
                if (lexer.TryTake('{'))
                {
                    lexer.SkipToLineEnd();
                    if (lexer.TryTakeLineEnd())
                    {
                        return true;
                    }
                }
                lexer.Position = nameEnd;
            }
        }
        name = default;
        lexer.Position = start;
        return false;
    }

    /// <summary>A line that begins nothing known; if it opens a block, the whole block is one mistake.</summary>
    private void ParseUnknown(int start)
    {
        string keyword = "";
        Identifier name = default;
        if (lexer.TryTakeIdentifier(out Identifier first))
        {
            keyword = first.Text;
            lexer.SkipBlanks();
            lexer.TryTakeIdentifier(out name);
            lexer.SkipBlanks();
        }
        bool isKeyword = IsKeyword(keyword);
        bool opensBlock = lexer.Current == '{' && keyword.Length > 0;
        bool isAlias = keyword == "type" && name.Text is not null && lexer.Current == '=';
        lexer.SkipToLineEnd();
        SourceSpan line = lexer.SpanFrom(start);
        if (name.Text is not null)
        {
            brokenNames.Add(name.Text);
        }
        diagnostics.Add(
            isAlias ? SyntaxMessages.TypeAlias(line)
            : opensBlock && !isKeyword ? SyntaxMessages.UnknownBlock(keyword, line)
            : isKeyword && name.Text is null ? SyntaxMessages.BlockWithoutName(keyword, line)
            : isKeyword ? SyntaxMessages.BlockWithoutBrace(keyword, name.Text!, line)
            : SyntaxMessages.UnknownLine(line)
        );
        if (opensBlock)
        {
            SkipBlock();
        }
    }

    private void SkipBlock()
    {
        while (!lexer.AtEnd)
        {
            lexer.SkipToLineEnd();
            lexer.TryTakeLineEnd();
            lexer.SkipBlanks();
            if (lexer.TryTake('}') || OpensBlock(ref lexer))
            {
                return;
            }
        }
    }

    private void ParseModel(BlockKind block, string keyword, Identifier name, int start, string? documentation)
    {
        BlockReader reader = new(diagnostics, keyword, name, lineAttributes, known);
        fields.Clear();
        attributes.Clear();
        while (reader.TryNextLine(ref lexer))
        {
            if (lexer.Current == '@')
            {
                reader.ReadBlockAttribute(ref lexer, attributes);
            }
            else
            {
                reader.ReadField(ref lexer, fields);
            }
        }
        SourceSpan span = lexer.SpanFrom(start);
        tops.Add(new ModelSyntax(block, name, [.. fields], [.. attributes], reader.HasBrokenLines, documentation, span));
    }

    private void ParseEnum(Identifier name, int start, string? documentation)
    {
        BlockReader reader = new(diagnostics, "enum", name, lineAttributes, known);
        values.Clear();
        attributes.Clear();
        while (reader.TryNextLine(ref lexer))
        {
            if (lexer.Current == '@')
            {
                reader.ReadBlockAttribute(ref lexer, attributes);
            }
            else
            {
                reader.ReadEnumValue(ref lexer, values);
            }
        }
        tops.Add(new EnumSyntax(name, [.. values], [.. attributes], reader.HasBrokenLines, documentation, lexer.SpanFrom(start)));
    }

    private void ParseConfiguration(ConfigurationKind block, string keyword, Identifier name, int start)
    {
        BlockReader reader = new(diagnostics, keyword, name, lineAttributes, known);
        properties.Clear();
        while (reader.TryNextLine(ref lexer))
        {
            reader.ReadProperty(ref lexer, properties);
        }
        tops.Add(new ConfigurationSyntax(block, name, [.. properties], lexer.SpanFrom(start)));
    }

    /// <summary>Whether a block begins here, inside another whose end was forgotten: a keyword, a name and a brace in one line.</summary>
    internal static bool OpensBlock(ref Lexer lexer)
    {
        // Asked for every line of every block, of which few begin like a keyword.
        if (!BeginsLikeKeyword(lexer))
        {
            return false;
        }
        int start = lexer.Position;
        bool opens = false;
        if (lexer.TrySkipIdentifier() && IsKeyword(lexer.TextFrom(start)))
        {
            lexer.SkipBlanks();
            opens = lexer.TrySkipIdentifier();
            lexer.SkipBlanks();
            opens &= lexer.Current == '{';
        }
        lexer.Position = start;
        return opens;
    }

    private static bool BeginsLikeKeyword(in Lexer lexer) =>
        lexer.Current switch
        {
            'm' => lexer.Next == 'o',
            'v' => lexer.Next == 'i',
            'e' => lexer.Next == 'n',
            't' => lexer.Next == 'y',
            'd' => lexer.Next == 'a',
            'g' => lexer.Next == 'e',
            _ => false,
        };

    private static bool IsKeyword(ReadOnlySpan<char> word) => word is "model" or "view" or "enum" or "type" or "datasource" or "generator";
}
