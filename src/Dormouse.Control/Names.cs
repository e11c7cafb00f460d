using System.Text.RegularExpressions;
using Dormouse.Contracts;

namespace Dormouse.Control;

/// <summary>What databases and connections may be called: what a shell, a URL and a person take without quoting.</summary>
internal static partial class Names
{
    public static string Check(string? name, string what)
    {
        if (name is null || !Form().IsMatch(name))
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM2011",
                $"'{Printable(name ?? "")}' is no name for a {what}. A name has 1 to 63 letters (a to z), digits, '-' and '_', and begins with "
                    + "a letter or a digit."
            );
        }
        if (DatabaseId.TryParse(name.ToLowerInvariant(), out _) || ConnectionId.TryParse(name.ToLowerInvariant(), out _))
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM2011",
                $"'{name}' is no name for a {what}: it looks like an id, and could not be told from one. Choose another."
            );
        }
        return name;
    }

    /// <summary>A rejected name may be anything, and the message goes to a terminal.</summary>
    public static string Printable(string name)
    {
        string text = new([.. name.Take(64).Select(letter => char.IsControl(letter) ? '?' : letter)]);
        return name.Length > 64 ? text + "…" : text;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,62}\z")]
    private static partial Regex Form();
}
