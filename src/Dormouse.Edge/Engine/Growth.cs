using System.Text.RegularExpressions;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Engine;

/// <summary>
/// Refuses what makes a database grow that may not. By the first word of a statement: what is not known to leave the disk alone counts as growth,
/// and a function that writes is not seen through; where such a one goes on beyond the hard limit the host ends it.
/// </summary>
internal static partial class Growth
{
    private static readonly string[] Harmless =
    [
        "SELECT",
        "DELETE",
        "TRUNCATE",
        "DROP",
        "VACUUM",
        "ANALYZE",
        "VALUES",
        "TABLE",
        "SHOW",
        "EXPLAIN",
        "SET",
        "RESET",
        "BEGIN",
        "START",
        "COMMIT",
        "END",
        "ROLLBACK",
        "ABORT",
        "SAVEPOINT",
        "RELEASE",
        "LOCK",
        "DISCARD",
        "DEALLOCATE",
    ];

    /// <exception cref="DormouseException">DM4061.</exception>
    public static void ThrowIfRefused(DiskGate? disk, string sql)
    {
        if (disk?.Refusal is { } why && !IsHarmless(sql))
        {
            throw RefusalPause.Of(disk, EdgeFailures.DatabaseFull(why));
        }
    }

    internal static bool IsHarmless(string sql)
    {
        string word = FirstWord().Match(sql).Groups[1].Value.ToUpperInvariant();
        return word == "WITH" ? !WritingWord().IsMatch(sql) : Harmless.Contains(word);
    }

    [GeneratedRegex(@"\A[\s(]*([A-Za-z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex FirstWord();

    // A reading statement may say FOR UPDATE and FOR NO KEY UPDATE.
    [GeneratedRegex(@"\b(INSERT|MERGE)\b|(?<!\b(FOR|KEY)\s+)\bUPDATE\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WritingWord();
}
