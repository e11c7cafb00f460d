using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>Parts of the names of types.</summary>
internal static class Names
{
    public static string Capitalized(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>Of a type of records that are reached over a relation: without the way back.</summary>
    public static string Without(RelationField? back) => back is null ? "" : "Without" + Capitalized(back.Name);
}
