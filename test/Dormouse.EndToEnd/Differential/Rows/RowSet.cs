using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.EndToEnd.Differential.Values;

namespace Dormouse.EndToEnd.Differential.Rows;

/// <summary>A record to be: the values by the names of fields.</summary>
internal sealed record Row(string Model, IReadOnlyDictionary<string, Value> Values);

/// <summary>A pair of a many-to-many relation: the sides' ids, in the order of the join table's columns.</summary>
internal sealed record Link(string Relation, Value A, Value B);

/// <summary>What lies in the tables when an operation begins. Rows stand in an order in which they can be inserted.</summary>
internal sealed record RowSet(IReadOnlyList<Row> Rows, IReadOnlyList<Link> Links)
{
    public IReadOnlyList<Row> Of(string model) => [.. Rows.Where(row => row.Model == model)];
}
