using Dormouse.Contracts;

namespace Dormouse.Control.Edges;

/// <summary>What can be wrong with edges and what they ask.</summary>
internal static class EdgeFailures
{
    public static DormouseException NameTaken(string name, Exception cause) =>
        new(FailureKind.Conflict, "DM2070", $"There is an edge named '{name}' already. Choose another name, or remove that one.", cause);

    public static DormouseException Unknown(string idOrName) =>
        new(
            FailureKind.NotFound,
            "DM2071",
            $"There is no edge '{Names.Printable(idOrName)}'. './dormouse edge list' names those that there are."
        );

    public static DormouseException TooMany(int most) =>
        new(FailureKind.Quota, "DM2072", $"There are {most} edges, which is the most that this platform may have. Remove one first.");

    public static DormouseException TooManySessions(int most) =>
        new(
            FailureKind.RateLimited,
            "DM2073",
            $"{most} processes follow with the token of this edge, which is the most. Give each edge a token of its own."
        );
}
