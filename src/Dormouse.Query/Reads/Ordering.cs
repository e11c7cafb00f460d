using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

internal enum NullsOrder : byte
{
    /// <summary>As the database does it: NULL is larger than everything.</summary>
    Default,
    First,
    Last,
}

/// <summary>One thing that records are ordered by.</summary>
/// <param name="Path">The to-one relations that lead to it from the ordered records.</param>
internal abstract record Ordering(IReadOnlyList<RelationField> Path, bool IsDescending)
{
    public virtual NullsOrder Nulls => NullsOrder.Default;

    /// <summary>The order from behind.</summary>
    public abstract Ordering Reversed();
}

/// <summary>A field of the records or of a related record.</summary>
internal sealed record FieldOrdering(IReadOnlyList<RelationField> Path, ScalarField Field, bool IsDescending, NullsOrder NullsOrder)
    : Ordering(Path, IsDescending)
{
    public override NullsOrder Nulls => NullsOrder;

    public override Ordering Reversed() =>
        this with
        {
            IsDescending = !IsDescending,
            NullsOrder = NullsOrder switch
            {
                NullsOrder.First => NullsOrder.Last,
                NullsOrder.Last => NullsOrder.First,
                _ => NullsOrder.Default,
            },
        };
}

/// <summary>How many related records there are.</summary>
internal sealed record CountOrdering(IReadOnlyList<RelationField> Path, RelationField Counted, bool IsDescending)
    : Ordering(Path, IsDescending)
{
    public override Ordering Reversed() => this with { IsDescending = !IsDescending };
}

/// <summary>How well some fields match words.</summary>
internal sealed record RelevanceOrdering(
    IReadOnlyList<RelationField> Path,
    IReadOnlyList<ScalarField> Fields,
    InputValue Search,
    bool IsDescending
) : Ordering(Path, IsDescending)
{
    public override Ordering Reversed() => this with { IsDescending = !IsDescending };
}

/// <summary>An aggregate of a group.</summary>
internal sealed record AggregateOrdering(AggregateKind Kind, ScalarField Field, bool IsDescending) : Ordering([], IsDescending)
{
    public override Ordering Reversed() => this with { IsDescending = !IsDescending };
}
