using Dormouse.Query.Writes.Checks;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Graphs;

internal enum EdgeKind : byte
{
    /// <summary>The target runs after the source.</summary>
    Order,

    /// <summary>The branch of a <see cref="BranchStep"/> whose rule holds.</summary>
    Then,

    /// <summary>Its other branch.</summary>
    Else,

    /// <summary>The target takes something from the records of the source.</summary>
    Data,
}

/// <summary>What a step does with the records of an earlier one.</summary>
internal enum DataUse : byte
{
    /// <summary>Only checks them.</summary>
    Check,

    /// <summary>Works on these records, by their identifier.</summary>
    Selector,

    /// <summary>Writes columns of the first one into columns of its own.</summary>
    Inject,

    /// <summary>They are the parents of the records to be read, or of the pair.</summary>
    Parent,

    /// <summary>They are the children of the pair.</summary>
    Children,

    /// <summary>Their number decides over a branch.</summary>
    Condition,

    /// <summary>They are yielded.</summary>
    Yield,

    Left,
    Right,
}

/// <summary>What runs along an edge.</summary>
/// <param name="Fields">The columns of the source that the target needs.</param>
/// <param name="Targets">For <see cref="DataUse.Inject"/>: where they are written to.</param>
internal sealed record Link(
    EdgeKind Kind,
    DataUse Use,
    IReadOnlyList<ScalarField> Fields,
    IReadOnlyList<ScalarField> Targets,
    Expectation? Expectation
)
{
    public static readonly Link Order = new(EdgeKind.Order, DataUse.Check, [], [], null);
    public static readonly Link Then = new(EdgeKind.Then, DataUse.Check, [], [], null);
    public static readonly Link Else = new(EdgeKind.Else, DataUse.Check, [], [], null);

    public static Link Data(DataUse use, IReadOnlyList<ScalarField> fields, Expectation? expectation = null) =>
        new(EdgeKind.Data, use, fields, [], expectation);

    public static Link Inject(IReadOnlyList<ScalarField> fields, IReadOnlyList<ScalarField> targets, Expectation? expectation) =>
        new(EdgeKind.Data, DataUse.Inject, fields, targets, expectation);
}

internal sealed class GraphEdge(GraphNode from, GraphNode to, Link link)
{
    public GraphNode From { get; } = from;

    public GraphNode To { get; } = to;

    public Link Link { get; } = link;

    public int Index { get; set; }

    /// <summary>The target is translated: it is nobody's next step any more.</summary>
    public bool IsTaken { get; set; }
}
