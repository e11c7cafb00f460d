namespace Dormouse.Edge.Tracing;

/// <summary>What a statement does, by its first word: one of a short list, so that nothing that a caller wrote becomes the name of a span.</summary>
internal static class SqlVerb
{
    private static readonly string[] Known =
    [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "WITH",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "RELEASE",
        "SET",
        "CREATE",
        "ALTER",
        "DROP",
        "TRUNCATE",
        "MERGE",
        "CALL",
        "EXPLAIN",
        "LOCK",
        "VALUES",
    ];

    /// <summary>Null where the first word is none of them.</summary>
    public static string? Of(string sql)
    {
        ReadOnlySpan<char> text = sql.AsSpan().TrimStart();
        foreach (string word in Known)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (text.Length == word.Length || !IsOfWord(text[word.Length])))
            {
                return word;
            }
        }
        return null;
    }

    private static bool IsOfWord(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '$';
}
