using System.Text.RegularExpressions;

namespace Dormouse.Migrations.Tests;

/// <summary>The script that Prisma's own engine writes: each statement under a line that says what it does.</summary>
public static partial class PrismaScript
{
    public static IReadOnlyList<string> Statements(string script) =>
        [.. Headings().Split(script).Select(part => part.Trim()).Where(part => part.EndsWith(';')).Select(part => part[..^1])];

    [GeneratedRegex("^-- [A-Z][A-Za-z]+$", RegexOptions.Multiline)]
    private static partial Regex Headings();
}
