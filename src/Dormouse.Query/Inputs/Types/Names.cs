namespace Dormouse.Query.Inputs.Types;

internal static class Names
{
    public static string Capitalized(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
