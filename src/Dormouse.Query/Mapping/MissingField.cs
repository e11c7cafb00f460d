using Dormouse.Query.Failures;

namespace Dormouse.Query.Mapping;

internal static class MissingField
{
    /// <summary>Data in the text is for a person who debugs; a page of it is enough.</summary>
    private const int MaxShownData = 2000;

    public static PlanException Of(ObjectField field, string data)
    {
        var shown = data.Length > MaxShownData ? data[..MaxShownData] + "…" : data;
        return field.Structure is FieldStructure { DbName: var dbName }
            ? PlanFailure.Inconsistent($"Missing data field (Value): '{dbName}'; data: {shown}")
            : PlanFailure.Inconsistent($"Missing data field (Object): '{field.Name}'; data: {shown}");
    }
}
