using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>
/// The <c>limit</c> of writes. Which rows it takes is the planner's choice: the same on both sides where there is one way to find them, and not where a
/// relation is asked, which may be joined in either order. There it is one that takes all or none.
/// </summary>
internal static class RowLimit
{
    private const int All = 100;

    private static readonly string[] OfRelations = ["some", "every", "none", "is", "isNot"];

    public static void Set(JsonObject arguments, int limit) =>
        arguments["limit"] = limit == 0 || !AsksRelations(arguments["where"]) ? limit : All;

    private static bool AsksRelations(JsonNode? where) =>
        where switch
        {
            JsonObject filter => filter.Any(member => OfRelations.Contains(member.Key) || AsksRelations(member.Value)),
            JsonArray filters => filters.Any(AsksRelations),
            _ => false,
        };
}
