namespace Dormouse.Schema.Syntax;

/// <summary>Reads comments. Those with three slashes, and those between <c>/*</c> and <c>*/</c>, document what follows or precedes them.</summary>
internal static class CommentReader
{
    /// <summary>Comments that follow one another without an empty line between; null where there is nothing that documents.</summary>
    public static string? ReadBlock(ref Lexer lexer)
    {
        string? documentation = null;
        int start = lexer.Position;
        while (lexer.TrySkipComment())
        {
            documentation = Join(documentation, Documentation(lexer.TextFrom(start)));
            lexer.TryTakeLineEnd();
            start = lexer.Position;
            lexer.SkipBlanks();
            if (lexer.Current != '/')
            {
                break;
            }
        }
        lexer.Position = start;
        return documentation;
    }

    /// <summary>The comment at the end of a line, if there is one.</summary>
    public static string? ReadTrailing(ref Lexer lexer)
    {
        int start = lexer.Position;
        return lexer.TrySkipComment() ? Documentation(lexer.TextFrom(start)) : null;
    }

    public static string? Join(string? before, string? after) =>
        before is null ? after
        : after is null ? before
        : before + "\n" + after;

    /// <summary>
    /// What a comment documents. In a block the blanks before every comment but the first belong to it, and Prisma cuts two characters
    /// off a comment between <c>/*</c> and <c>*/</c> all the same; the text is what clients see, so ours is the same.
    /// </summary>
    private static string? Documentation(ReadOnlySpan<char> comment)
    {
        ReadOnlySpan<char> trimmed = comment.TrimStart();
        if (trimmed.StartsWith("///"))
        {
            return trimmed[3..].TrimStart().ToString();
        }
        return trimmed.StartsWith("/*") ? comment[2..^2].Trim().ToString() : null;
    }
}
