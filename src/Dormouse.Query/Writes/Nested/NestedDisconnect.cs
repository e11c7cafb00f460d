using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>disconnect</c>: records stay, their relation goes.</summary>
internal static class NestedDisconnect
{
    public static void Add(NestedPlace place, InputValue value)
    {
        if (place.Relation.Kind == RelationKind.ManyToMany)
        {
            AddManyToMany(place, WriteBuilder.ObjectsOf(value));
            return;
        }

        // Only in one-to-one relations does Prisma's engine ask whether it is true.
        if (place.Relation.Kind == RelationKind.OneToOne && value is InputScalar && !Constants.IsTrue(value))
        {
            return;
        }

        AddToOne(place, FilterOf(place, value));
    }

    private static void AddManyToMany(NestedPlace place, IReadOnlyList<InputObject> filters)
    {
        if (filters.Count > 0)
        {
            var children = place.Builder.ReadRelated(place.Parent, place.Field, UniqueFilters.AnyOf(place, filters));
            RelationPairs.Disconnect(place, children);
        }
    }

    private static Condition? FilterOf(NestedPlace place, InputValue value) =>
        place.Field.IsList ? UniqueFilters.AnyOf(place, WriteBuilder.ObjectsOf(value))
        : value is InputObject filter && place.Relation.Kind == RelationKind.OneToOne ? place.Filter(filter)
        : null;

    private static void AddToOne(NestedPlace place, Condition? filter)
    {
        var children = place.Builder.ReadRelated(place.Parent, place.Field, filter);
        if (place.Field.IsRequired || place.Field.Opposite.IsRequired)
        {
            throw place.Violation.ToException();
        }

        if (place.IsInlinedInParent)
        {
            // What is said about the child must hold for the record that the parent leads to.
            var isRelated = filter is null ? null : new RelationCondition(place.Field, RelationQuantifier.Is, filter);
            var unlink = place.Builder.Unlink(place.ParentModel, place.ParentLink, isRelated);
            place.Graph.Connect(place.Parent, unlink, Link.Data(DataUse.Selector, place.ParentIdentifier));
        }
        else
        {
            var unlink = place.Builder.Unlink(place.ChildModel, place.ChildLink, filter);
            place.Graph.Connect(children, unlink, Link.Data(DataUse.Selector, place.ChildIdentifier));
        }
    }
}
