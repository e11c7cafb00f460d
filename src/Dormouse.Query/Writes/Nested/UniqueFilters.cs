using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;

namespace Dormouse.Query.Writes.Nested;

/// <summary>Several filters that each name one record.</summary>
internal static class UniqueFilters
{
    /// <summary>The records that one of the filters names; none names none.</summary>
    public static Condition? AnyOf(NestedPlace place, IReadOnlyList<InputObject> filters)
    {
        var conditions = new List<Condition>();
        foreach (var filter in filters)
        {
            if (place.Filter(filter) is not { } condition)
            {
                return null;
            }

            conditions.Add(condition);
        }

        return conditions switch
        {
            [] => NeverCondition.Instance,
            [var only] => only,
            _ => new AnyCondition(conditions),
        };
    }
}
