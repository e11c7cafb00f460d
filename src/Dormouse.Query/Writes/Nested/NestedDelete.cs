using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Emulation;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>delete</c> and <c>deleteMany</c> behind a relation.</summary>
internal static class NestedDelete
{
    public static void Add(NestedPlace place, InputValue value)
    {
        if (place.Field.IsList)
        {
            AddFromList(place, WriteBuilder.ObjectsOf(value));
        }
        else if (value is InputObject || Constants.IsTrue(value))
        {
            AddSingle(place, value as InputObject);
        }
    }

    /// <summary>Deletes those of the related records that a filter finds.</summary>
    public static void AddMany(NestedPlace place, InputValue value)
    {
        foreach (var filter in WriteBuilder.ObjectsOf(value))
        {
            var children = place.Builder.ReadRelated(place.Parent, place.Field, place.Filter(filter));
            var delete = place.Graph.Add(new DeleteStep(place.ChildModel, null));
            OnDelete.AddBefore(place.Builder, place.ChildModel, children, delete);
            place.Graph.Connect(children, delete, Link.Data(DataUse.Selector, place.ChildIdentifier));
        }
    }

    private static void AddFromList(NestedPlace place, IReadOnlyList<InputObject> filters)
    {
        var filter = UniqueFilters.AnyOf(place, filters);
        var delete = place.Graph.Add(new DeleteStep(place.ChildModel, filter));
        var children = place.Builder.ReadRelated(place.Parent, place.Field, filter);
        OnDelete.AddBefore(place.Builder, place.ChildModel, children, delete);

        // A record that is named twice is found once: the engine calls that not connected.
        var notConnected = new RecordsNotConnected(place.Relation, place.ParentModel, place.ChildModel);
        var all = Expectation.Exactly(Count.Of(filters.Count), notConnected);
        place.Graph.Connect(children, delete, Link.Data(DataUse.Selector, place.ChildIdentifier, all));
    }

    private static void AddSingle(NestedPlace place, InputObject? where)
    {
        var filter = where is null ? null : place.Filter(where);
        var child = place.Builder.ReadRelated(place.Parent, place.Field, filter);
        var delete = place.Graph.Add(new DeleteStep(place.ChildModel, filter));
        OnDelete.AddBefore(place.Builder, place.ChildModel, child, delete);
        var missing = Expectation.Some(place.Missing(place.ChildModel, "a nested delete"));
        place.Graph.Connect(child, delete, Link.Data(DataUse.Selector, place.ChildIdentifier, missing));
    }
}
