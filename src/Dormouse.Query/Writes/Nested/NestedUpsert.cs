using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Emulation;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>upsert</c> behind a relation: updates the related record, or makes one.</summary>
internal static class NestedUpsert
{
    private const string Operation = "a nested upsert";

    public static void Add(NestedPlace place, InputValue value)
    {
        foreach (var item in WriteBuilder.ObjectsOf(value))
        {
            AddOne(place, item);
        }
    }

    private static void AddOne(NestedPlace place, InputObject item)
    {
        var graph = place.Graph;
        var filter = item.Find("where") is InputObject where ? place.Filter(where) : null;
        var child = place.Builder.ReadRelated(place.Parent, place.Field, filter);
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var create = place.Builder.Create(place.ChildModel, (InputObject)item.Find("create")!);
        var update = place.Builder.Update(place.ChildModel, filter, (InputObject)item.Find("update")!);
        graph.Connect(child, branch, Link.Data(DataUse.Condition, place.ChildIdentifier));
        var missing = Expectation.Some(place.Missing(place.ChildModel, Operation, "perform a nested update"));
        graph.Connect(child, update, Link.Data(DataUse.Selector, place.ChildIdentifier, missing));
        OnUpdate.ConnectBranch(place.Builder, place.ChildModel, branch, child, update);
        graph.Connect(branch, create, Link.Else);
        LinkCreated(place, create, filter);
    }

    private static void LinkCreated(NestedPlace place, CreateStep create, Condition? filter)
    {
        if (place.Relation.Kind == RelationKind.ManyToMany)
        {
            RelationPairs.Connect(place, create, Count.Of(1));
            return;
        }

        if (!place.IsInlinedInParent)
        {
            var noParent = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.UpdateInlined(place.ChildModel));
            place.Graph.Connect(place.Parent, create, Link.Inject(place.ParentLink, place.ChildLink, Expectation.Some(noParent)));
            return;
        }

        // The filter speaks of the child, but the engine puts it here too; a child that was not there cannot be filtered.
        _ = filter;
        var update = place.Builder.UpdateLater(place.ParentModel);
        var parentMissing = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.UpdateInlined(place.ParentModel));
        place.Graph.Connect(place.Parent, update, Link.Data(DataUse.Selector, place.ParentIdentifier, Expectation.Some(parentMissing)));
        var childMissing = place.Missing(place.ChildModel, Operation, MissingRelatedRecord.UpdateInlined(place.ParentModel));
        place.Graph.Connect(create, update, Link.Inject(place.ChildLink, place.ParentLink, Expectation.Some(childMissing)));
    }
}
