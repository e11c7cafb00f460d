namespace Dormouse.Schema.Diagnostics;

/// <summary>Finds the known word that a writer most likely meant.</summary>
internal static class Spelling
{
    /// <summary>Longer words are not compared: nobody names things so, and the comparison costs the product of the lengths.</summary>
    private const int LongestWord = 64;

    /// <summary>More candidates are not searched, so that a broken schema of many models stays cheap.</summary>
    private const int MostCandidates = 2_000;

    /// <summary>The nearest candidate, if one is near enough; otherwise null.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LongestWord)
        {
            return null;
        }
        string? best = null;
        int bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (string candidate in candidates.Take(MostCandidates))
        {
            if (string.Equals(candidate, word, StringComparison.OrdinalIgnoreCase))
            {
                return candidate;
            }
            if (candidate.Length <= LongestWord && Math.Abs(candidate.Length - word.Length) < bestDistance)
            {
                int distance = Distance(word, candidate);
                if (distance < bestDistance)
                {
                    (best, bestDistance) = (candidate, distance);
                }
            }
        }
        return best;
    }

    /// <summary><c> Did you mean "x"?</c>, or nothing.</summary>
    public static string Suggestion(string word, IEnumerable<string> candidates) =>
        Nearest(word, candidates) is { } nearest ? $" Did you mean \"{nearest}\"?" : "";

    /// <summary>Insertions, deletions, replacements and swaps of neighbours, letter case ignored.</summary>
    private static int Distance(string left, string right)
    {
        Span<int> beforePrevious = stackalloc int[LongestWord + 1];
        Span<int> previous = stackalloc int[LongestWord + 1];
        Span<int> current = stackalloc int[LongestWord + 1];
        for (int column = 0; column <= right.Length; column++)
        {
            previous[column] = column;
        }
        for (int row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (int column = 1; column <= right.Length; column++)
            {
                int cost = Same(left[row - 1], right[column - 1]) ? 0 : 1;
                int best = Math.Min(Math.Min(previous[column] + 1, current[column - 1] + 1), previous[column - 1] + cost);
                if (row > 1 && column > 1 && Same(left[row - 1], right[column - 2]) && Same(left[row - 2], right[column - 1]))
                {
                    best = Math.Min(best, beforePrevious[column - 2] + 1);
                }
                current[column] = best;
            }
            Span<int> spare = beforePrevious;
            beforePrevious = previous;
            previous = current;
            current = spare;
        }
        return previous[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
