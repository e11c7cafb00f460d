namespace Dormouse.Query.Operations;

/// <summary>Actions by the names that clients send.</summary>
internal static class OperationActions
{
    private static readonly Dictionary<string, OperationAction> ByName = Enum.GetValues<OperationAction>()
        .ToDictionary(action => char.ToLowerInvariant(action.ToString()[0]) + action.ToString()[1..]);

    public static bool TryParse(string name, out OperationAction action) => ByName.TryGetValue(name, out action);
}
