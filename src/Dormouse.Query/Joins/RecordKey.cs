using System.Text;
using Dormouse.Query.Json;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Joins;

/// <summary>The key of a record over some of its fields, as text; missing fields count as null.</summary>
internal static class RecordKey
{
    public static string Of(PlanValue record, IReadOnlyList<string> fields)
    {
        var key = new StringBuilder("[");
        for (var i = 0; i < fields.Count; i++)
        {
            key.Append(i > 0 ? "," : string.Empty);
            key.Append(Encoding.UTF8.GetString(JsonValues.Serialize(Lists.FieldOf(record, fields[i])).Span));
        }

        return key.Append(']').ToString();
    }
}
