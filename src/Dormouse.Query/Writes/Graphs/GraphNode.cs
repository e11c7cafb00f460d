using Dormouse.Query.Filters;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Graphs;

/// <summary>A step of a write. Mutable while the graph is built; its edges say in which order, and with what, it runs.</summary>
internal abstract class GraphNode
{
    /// <summary>Edges to it and from it; <see cref="GraphEdge.Index"/> orders them.</summary>
    public List<GraphEdge> Incoming { get; } = [];

    public List<GraphEdge> Outgoing { get; } = [];

    public int Index { get; set; } = -1;

    public IEnumerable<GraphEdge> IncomingInOrder => Incoming.OrderBy(edge => edge.Index);

    public IEnumerable<GraphEdge> OutgoingInOrder => Outgoing.OrderBy(edge => edge.Index);
}

/// <summary>A step that runs a statement on the records of a model.</summary>
internal abstract class QueryStep(Model model) : GraphNode
{
    private readonly List<ScalarField> fields = [];

    public Model Model { get; } = model;

    /// <summary>The columns of the records that it yields, the identifier first.</summary>
    public IReadOnlyList<ScalarField> Fields => fields;

    public void Return(IEnumerable<ScalarField> more)
    {
        foreach (var field in more)
        {
            if (ReferenceEquals(field.Model, Model) && !fields.Contains(field))
            {
                fields.Add(field);
            }
        }
    }
}

/// <summary>INSERT of one record.</summary>
internal sealed class CreateStep(Model model, ChangeSet changes) : QueryStep(model)
{
    public ChangeSet Changes { get; } = changes;
}

/// <summary>INSERT of many records. Yields them when it <see cref="YieldsRecords"/>, else their number.</summary>
internal sealed class CreateManyStep(Model model, IReadOnlyList<ChangeSet> records, bool skipDuplicates) : QueryStep(model)
{
    public IReadOnlyList<ChangeSet> Records { get; } = records;

    public bool SkipDuplicates { get; } = skipDuplicates;

    public bool YieldsRecords { get; init; }
}

/// <summary>UPDATE of the one record that a filter finds; yields it.</summary>
internal sealed class UpdateStep(Model model, Condition? filter, ChangeSet changes) : QueryStep(model)
{
    public Condition? Filter { get; } = filter;

    public ChangeSet Changes { get; } = changes;
}

/// <summary>UPDATE of all records that a filter finds; yields their number.</summary>
internal sealed class UpdateManyStep(Model model, Condition? filter, ChangeSet changes) : QueryStep(model)
{
    public Condition? Filter { get; } = filter;

    public ChangeSet Changes { get; } = changes;

    public Expression? Limit { get; init; }

    public bool YieldsRecords { get; init; }
}

/// <summary>DELETE of all records that a filter finds; yields the records when it <see cref="YieldsRecords"/>, else their number.</summary>
internal sealed class DeleteStep(Model model, Condition? filter) : QueryStep(model)
{
    public Condition? Filter { get; } = filter;

    public Expression? Limit { get; init; }

    public bool YieldsRecords { get; init; }
}

/// <summary>Reads columns of the records that a filter finds.</summary>
internal sealed class ReadStep(Model model, Condition? filter) : QueryStep(model)
{
    public Condition? Filter { get; } = filter;
}

/// <summary>Reads columns of the records behind a relation of earlier ones.</summary>
internal sealed class ReadRelatedStep(RelationField field, Condition? filter) : QueryStep(field.Target)
{
    public RelationField Field { get; } = field;

    public Condition? Filter { get; } = filter;
}

/// <summary>Reads what the client selected of the one record that an earlier step found.</summary>
internal sealed class ReadResultStep(Model model, Selection selection) : QueryStep(model)
{
    public Selection Selection { get; } = selection;

    /// <summary>What the client is told where that record has another key by now; null gives it null.</summary>
    public WriteFailure? Missing { get; init; }
}

/// <summary>Puts pairs of a parent and its children into the table of a many-to-many relation.</summary>
internal sealed class ConnectStep(RelationField field) : GraphNode
{
    public RelationField Field { get; } = field;
}

/// <summary>Takes such pairs out of it.</summary>
internal sealed class DisconnectStep(RelationField field) : GraphNode
{
    public RelationField Field { get; } = field;
}

/// <summary>Goes on with one of two branches, depending on the records of an earlier step; yields what the branch yields.</summary>
internal sealed class BranchStep(Rule rule) : GraphNode
{
    public static readonly Rule AnyRecord = new(RuleKind.RowCountNeq, 0);
    public static readonly Rule Never = new(RuleKind.Never, 0);

    public Rule Rule { get; } = rule;
}

/// <summary>Yields the records of an earlier step.</summary>
internal sealed class YieldStep : GraphNode;

/// <summary>Yields the records of one step that another did not find.</summary>
internal sealed class DifferenceStep(Model model, bool rightToLeft) : GraphNode
{
    public Model Model { get; } = model;

    public bool RightToLeft { get; } = rightToLeft;
}

/// <summary>Does nothing; checks hang on its edges.</summary>
internal sealed class CheckStep : GraphNode;
