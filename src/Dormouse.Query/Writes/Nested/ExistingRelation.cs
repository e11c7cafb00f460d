using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary>The record that a record of a one-to-one relation is related to before it gets another one.</summary>
internal static class ExistingRelation
{
    /// <summary>
    /// Lets go of the record behind a field of a step's record. Fails where that record must be related. Where the step's own record
    /// holds the key nothing is written: it gets another one.
    /// </summary>
    /// <returns>The step that reads the record.</returns>
    public static ReadRelatedStep AddChecks(WriteBuilder builder, GraphNode parent, RelationField field)
    {
        var graph = builder.Graph;
        var existing = builder.ReadRelated(parent, field);
        var unlink = builder.Unlink(field.Target, RelationColumns.Related(field));
        var branch = graph.Add(new BranchStep(field.IsForward ? BranchStep.Never : BranchStep.AnyRecord));
        var violation = field.Opposite.IsRequired ? Expectation.None(new RelationViolation(field.Relation)) : null;
        graph.Connect(existing, branch, Link.Data(DataUse.Condition, PrimaryIdentifier.Of(field.Target), violation));
        graph.Connect(branch, unlink, Link.Then);
        graph.Connect(
            existing,
            unlink,
            Link.Data(
                DataUse.Selector,
                PrimaryIdentifier.Of(field.Target),
                Expectation.Some(new MissingRelatedRecord(field.Model, field.Relation, "a nested connect"))
            )
        );
        return existing;
    }

    /// <summary>
    /// Goes on only if the record that is to be connected is another one than the record that is connected already.
    /// </summary>
    /// <returns>The step behind which all that changes something belongs.</returns>
    public static CheckStep AddChangeCheck(NestedPlace place, GraphNode newChild)
    {
        var graph = place.Graph;
        var difference = graph.Add(new DifferenceStep(place.ChildModel, rightToLeft: false));
        var missing = Expectation.Some(place.Missing(place.ChildModel, "a nested connect"));
        graph.Connect(newChild, difference, Link.Data(DataUse.Left, place.ChildIdentifier, missing));
        var oldChild = place.Builder.ReadRelated(place.Parent, place.Field);
        graph.Connect(oldChild, difference, Link.Data(DataUse.Right, place.ChildIdentifier));
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        graph.Connect(difference, branch, Link.Data(DataUse.Condition, place.ChildIdentifier));
        var changed = graph.Add(new CheckStep());
        graph.Connect(branch, changed, Link.Then);
        return changed;
    }
}
