using Dormouse.Schema.Models;

namespace Dormouse.Query.Sql;

/// <summary>The fields by which the engine knows a record: the primary key, else the first unique criterion of required fields.</summary>
internal static class PrimaryIdentifier
{
    public static IReadOnlyList<ScalarField> Of(Model model)
    {
        var criterion = model.UniqueCriteria.FirstOrDefault(c => c.IsStrict && !c.Fields.Any(f => f.Field.IsUnsupported));
        return criterion is null ? [] : [.. criterion.Fields.Select(f => f.Field)];
    }
}
