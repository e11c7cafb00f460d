using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>set</c>: these records and no others are related afterwards.</summary>
internal static class NestedSet
{
    public static void Add(NestedPlace place, InputValue value)
    {
        var filters = WriteBuilder.ObjectsOf(value);
        if (place.Relation.Kind == RelationKind.ManyToMany)
        {
            AddManyToMany(place, filters);
        }
        else
        {
            AddOneToMany(place, filters);
        }
    }

    private static void AddManyToMany(NestedPlace place, IReadOnlyList<InputObject> filters)
    {
        var disconnect = RelationPairs.DisconnectAll(place);
        if (filters.Count == 0)
        {
            return;
        }

        var children = place.Builder.Read(place.ChildModel, place.ChildIdentifier, UniqueFilters.AnyOf(place, filters));
        place.Graph.Connect(disconnect, children, Link.Order);
        RelationPairs.Connect(place, children, Count.OfDistinct([.. filters.Select(FilterIdentity.Of)]));
    }

    private static void AddOneToMany(NestedPlace place, IReadOnlyList<InputObject> filters)
    {
        var graph = place.Graph;
        var old = place.Builder.ReadRelated(place.Parent, place.Field);
        var wanted = place.Builder.Read(place.ChildModel, place.ChildIdentifier, UniqueFilters.AnyOf(place, filters));
        var added = graph.Add(new DifferenceStep(place.ChildModel, rightToLeft: false));
        var removed = graph.Add(new DifferenceStep(place.ChildModel, rightToLeft: true));
        graph.Connect(old, wanted, Link.Order);
        graph.Connect(wanted, added, Link.Data(DataUse.Left, place.ChildIdentifier));
        graph.Connect(wanted, removed, Link.Data(DataUse.Left, place.ChildIdentifier));
        graph.Connect(old, added, Link.Data(DataUse.Right, place.ChildIdentifier));
        graph.Connect(old, removed, Link.Data(DataUse.Right, place.ChildIdentifier));
        AddConnect(place, added);
        AddDisconnect(place, removed);
    }

    private static void AddConnect(NestedPlace place, DifferenceStep added)
    {
        var graph = place.Graph;
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var connect = place.Builder.UpdateLater(place.ChildModel);
        graph.Connect(added, branch, Link.Data(DataUse.Condition, place.ChildIdentifier));
        graph.Connect(branch, connect, Link.Then);
        var missing = Expectation.Some(place.Missing(place.ParentModel, "a nested set"));
        graph.Connect(place.Parent, connect, Link.Inject(place.ParentLink, place.ChildLink, missing));
        graph.Connect(added, connect, Link.Data(DataUse.Selector, place.ChildIdentifier));
    }

    private static void AddDisconnect(NestedPlace place, DifferenceStep removed)
    {
        var graph = place.Graph;
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var disconnect = place.Builder.Unlink(place.ChildModel, place.ChildLink);
        var violation = place.Field.Opposite.IsRequired ? Expectation.None(place.Violation) : null;
        graph.Connect(removed, branch, Link.Data(DataUse.Condition, place.ChildIdentifier, violation));
        graph.Connect(branch, disconnect, Link.Then);
        graph.Connect(removed, disconnect, Link.Data(DataUse.Selector, place.ChildIdentifier));
    }
}
