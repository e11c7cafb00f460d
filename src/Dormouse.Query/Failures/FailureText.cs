namespace Dormouse.Query.Failures;

/// <summary>Texts of the caller or of PostgreSQL within a failure: an answer that says no must not be as large as what it refuses.</summary>
internal static class FailureText
{
    /// <summary>Longer than any name or value that somebody looks for in a message; of what is longer the beginning is shown.</summary>
    public const int MaxLength = 16_384;

    public static string Cut(string text) =>
        text.Length <= MaxLength ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)}…";

    /// <summary>Texts behind one another with commas between them, as many as are shown.</summary>
    public static string Join(IEnumerable<string> texts)
    {
        var joined = new System.Text.StringBuilder();
        foreach (var text in texts)
        {
            joined.Append(joined.Length == 0 ? "" : ", ").Append(text);
            if (joined.Length > MaxLength)
            {
                break;
            }
        }

        return Cut(joined.ToString());
    }
}
