using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>connect</c>: relates records that exist.</summary>
internal static class NestedConnect
{
    private const string Operation = "a nested connect";

    public static void Add(NestedPlace place, InputValue value)
    {
        var filters = WriteBuilder.ObjectsOf(value);
        if (filters.Count == 0)
        {
            return;
        }

        var filter = UniqueFilters.AnyOf(place, filters);
        var expected = Count.OfDistinct([.. filters.Select(FilterIdentity.Of)]);
        switch (place.Relation.Kind)
        {
            case RelationKind.ManyToMany:
                AddManyToMany(place, filter, expected);
                break;
            case RelationKind.OneToMany when place.IsInlinedInParent:
                AddToParent(place, filter);
                break;
            case RelationKind.OneToMany:
                AddToChildren(place, filter, expected);
                break;
            default:
                AddOneToOne(place, filter);
                break;
        }
    }

    private static void AddManyToMany(NestedPlace place, Condition? filter, Count expected)
    {
        var children = place.Builder.Read(place.ChildModel, place.ChildIdentifier, filter);
        place.Graph.Connect(place.Parent, children, Link.Order);
        RelationPairs.Connect(place, children, expected);
    }

    /// <summary>The child is read first, and its key goes into the parent.</summary>
    private static void AddToParent(NestedPlace place, Condition? filter)
    {
        var child = place.Builder.Read(place.ChildModel, place.ChildLink, filter);
        place.Graph.Swap(place.Parent, child);
        var missing = place.Missing(place.ChildModel, Operation, MissingRelatedRecord.Inline(place.ParentModel));
        place.Graph.Connect(place.Parent, child, Link.Inject(place.ChildLink, place.ParentLink, Expectation.Some(missing)));
    }

    /// <summary>The parent's key goes into the children; all of them must be there.</summary>
    private static void AddToChildren(NestedPlace place, Condition? filter, Count expected)
    {
        var update = place.Builder.UpdateLater(place.ChildModel, filter);
        var check = place.Graph.Add(new CheckStep());
        var missing = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.Inline(place.ChildModel));
        place.Graph.Connect(place.Parent, update, Link.Inject(place.ParentLink, place.ChildLink, Expectation.Some(missing)));
        var incomplete = new IncompleteConnectOutput(place.Relation);
        place.Graph.Connect(update, check, Link.Data(DataUse.Check, [], Expectation.Exactly(expected, incomplete)));
    }

    private static void AddOneToOne(NestedPlace place, Condition? filter)
    {
        if (place.Field.IsRequired && place.Field.Opposite.IsRequired)
        {
            // The child exists, so it has a parent, which cannot be without it.
            throw place.Violation.ToException();
        }

        var child = place.Builder.Read(place.ChildModel, place.ChildLink, filter);
        place.Graph.Swap(place.Parent, child);
        if (place.ParentIsCreate)
        {
            AddToNewParent(place, child);
        }
        else
        {
            AddToExistingParent(place, child);
        }
    }

    private static void AddToNewParent(NestedPlace place, ReadStep child)
    {
        if (place.Field.IsRequired || place.IsInlinedInParent)
        {
            ExistingRelation.AddChecks(place.Builder, child, place.Field.Opposite);
        }

        var missing = Expectation.Some(
            place.Missing(place.ChildModel, Operation, MissingRelatedRecord.ConnectOrCreateInlined(place.ParentModel))
        );
        if (place.IsInlinedInParent)
        {
            place.Graph.Connect(place.Parent, child, Link.Inject(place.ChildLink, place.ParentLink, missing));
            return;
        }

        place.Graph.Connect(place.Parent, child, Link.Data(DataUse.Check, place.ChildLink, missing));
        var update = place.Builder.UpdateLater(place.ChildModel);
        SelectChild(place, child, update);
        InjectParent(place, update);
    }

    private static void AddToExistingParent(NestedPlace place, ReadStep child)
    {
        var changed = ExistingRelation.AddChangeCheck(place, child);
        if (place.Field.IsRequired || place.IsInlinedInParent)
        {
            var existingParent = ExistingRelation.AddChecks(place.Builder, child, place.Field.Opposite);
            place.Graph.Connect(changed, existingParent, Link.Order);
        }

        place.Graph.Connect(place.Parent, child, Link.Order);
        if (place.Field.Opposite.IsRequired || !place.IsInlinedInParent)
        {
            var existingChild = ExistingRelation.AddChecks(place.Builder, place.Parent, place.Field);
            place.Graph.Connect(changed, existingChild, Link.Order);
        }

        if (!place.IsInlinedInParent)
        {
            var update = place.Builder.UpdateLater(place.ChildModel);
            SelectChild(place, child, update);
            place.Graph.Connect(changed, update, Link.Order);
            InjectParent(place, update);
            return;
        }

        // The key cannot go into the parent's own update: the checks behind it would find the new child.
        var later = place.Builder.UpdateLater(place.ParentModel);
        var missing = Expectation.Some(place.Missing(place.ParentModel, Operation, MissingRelatedRecord.UpdateInlined(place.ChildModel)));
        place.Graph.Connect(child, later, Link.Inject(place.ChildLink, place.ParentLink, missing));
        place.Graph.Connect(changed, later, Link.Order);
        place.Graph.Connect(place.Parent, later, Link.Data(DataUse.Selector, place.ParentIdentifier, missing));
    }

    private static void SelectChild(NestedPlace place, ReadStep child, UpdateManyStep update)
    {
        var missing = Expectation.Some(place.Missing(place.ChildModel, Operation));
        place.Graph.Connect(child, update, Link.Data(DataUse.Selector, place.ChildIdentifier, missing));
    }

    private static void InjectParent(NestedPlace place, UpdateManyStep update)
    {
        var missing = Expectation.Some(place.Missing(place.ParentModel, Operation, MissingRelatedRecord.UpdateInlined(place.ChildModel)));
        place.Graph.Connect(place.Parent, update, Link.Inject(place.ParentLink, place.ChildLink, missing));
    }
}
