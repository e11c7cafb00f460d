using System.Text.RegularExpressions;
using Dormouse.Contracts;

namespace Dormouse.Edge.Engine;

/// <summary>
/// What a statement does to the disk, by its first word: what is not known to leave it alone counts as growth, and a function that writes is not
/// seen through.
/// </summary>
internal enum DiskEffect
{
    /// <summary>It makes the database grow, or nothing is known of it.</summary>
    Grows,

    /// <summary>It reads, and a function or a view in it may do anything.</summary>
    Reads,

    /// <summary>It begins, divides or ends transactions, or sets something: no code of a tenant runs but what deletions put off until the end.</summary>
    Controls,

    /// <summary>It makes room, and a trigger or a function in it may do anything.</summary>
    Deletes,

    /// <summary>It makes room, and no code of a tenant runs.</summary>
    Drops,
}

/// <inheritdoc cref="DiskEffect"/>
internal static partial class DiskEffects
{
    private static readonly Dictionary<string, DiskEffect> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SELECT"] = DiskEffect.Reads,
        ["VALUES"] = DiskEffect.Reads,
        ["TABLE"] = DiskEffect.Reads,
        ["EXPLAIN"] = DiskEffect.Reads,
        ["DELETE"] = DiskEffect.Deletes,
        ["TRUNCATE"] = DiskEffect.Deletes,
        ["VACUUM"] = DiskEffect.Deletes,
        ["ANALYZE"] = DiskEffect.Deletes,
        ["DROP"] = DiskEffect.Drops,
        ["SHOW"] = DiskEffect.Controls,
        ["SET"] = DiskEffect.Controls,
        ["RESET"] = DiskEffect.Controls,
        ["BEGIN"] = DiskEffect.Controls,
        ["START"] = DiskEffect.Controls,
        ["COMMIT"] = DiskEffect.Controls,
        ["END"] = DiskEffect.Controls,
        ["ROLLBACK"] = DiskEffect.Controls,
        ["ABORT"] = DiskEffect.Controls,
        ["SAVEPOINT"] = DiskEffect.Controls,
        ["RELEASE"] = DiskEffect.Controls,
        ["LOCK"] = DiskEffect.Controls,
        ["DISCARD"] = DiskEffect.Controls,
        ["DEALLOCATE"] = DiskEffect.Controls,
    };

    public static DiskEffect Of(string sql)
    {
        string word = FirstWord().Match(sql).Groups[1].Value;
        return !word.Equals("WITH", StringComparison.OrdinalIgnoreCase) ? Known.GetValueOrDefault(word)
            : WritingWord().IsMatch(sql) ? DiskEffect.Grows
            : DeletingWord().IsMatch(sql) ? DiskEffect.Deletes
            : DiskEffect.Reads;
    }

    public static bool IsAllowed(DiskEffect effect, DiskRule rule) =>
        effect switch
        {
            DiskEffect.Grows => rule == DiskRule.Free,
            DiskEffect.Deletes => rule < DiskRule.ReadAndDrop,
            _ => true,
        };

    [GeneratedRegex(@"\A[\s(]*([A-Za-z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex FirstWord();

    // A reading statement may say FOR UPDATE and FOR NO KEY UPDATE.
    [GeneratedRegex(@"\b(INSERT|MERGE)\b|(?<!\b(FOR|KEY)\s+)\bUPDATE\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WritingWord();

    [GeneratedRegex(@"\bDELETE\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DeletingWord();
}
