using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Emulation;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>update</c> and <c>updateMany</c> behind a relation.</summary>
internal static class NestedUpdate
{
    public static void Add(NestedPlace place, InputValue value)
    {
        foreach (var item in WriteBuilder.ObjectsOf(value))
        {
            var (filter, data) = Read(place, item);
            if (data.Fields.Count == 0)
            {
                // As in Prisma's engine nothing behind an update of nothing is looked at.
                return;
            }

            var child = place.Builder.ReadRelated(place.Parent, place.Field, filter);
            var update = place.Builder.Update(place.ChildModel, filter, data);
            var missing = Expectation.Some(place.Missing(place.ChildModel, "a nested update"));
            place.Graph.Connect(child, update, Link.Data(DataUse.Selector, place.ChildIdentifier, missing));
            OnUpdate.Add(place.Builder, place.ChildModel, child, update);
        }
    }

    /// <summary><c>{where: …, data: …}</c>: updates those of the related records that a filter finds.</summary>
    public static void AddMany(NestedPlace place, InputValue value)
    {
        foreach (var item in WriteBuilder.ObjectsOf(value))
        {
            var filter = item.Find("where") is InputObject where ? place.Filter(where) : null;
            var children = place.Builder.ReadRelated(place.Parent, place.Field, filter);
            var data = RecordData.ForUpdate(place.ChildModel, (InputObject)item.Find("data")!);
            var update = place.Graph.Add(new UpdateManyStep(place.ChildModel, null, data.Changes));
            place.Builder.AddNested(update, data);
            place.Graph.Connect(children, update, Link.Data(DataUse.Selector, place.ChildIdentifier));
        }
    }

    /// <summary>A to-one relation takes the data alone as well: <c>{name: "x"}</c> for <c>{data: {name: "x"}}</c>.</summary>
    private static (Condition? Filter, InputObject Data) Read(NestedPlace place, InputObject item)
    {
        var isEnvelope = place.Field.IsList || item.TypeName.Contains("UpdateToOneWithWhere", StringComparison.Ordinal);
        if (!isEnvelope)
        {
            return (null, item);
        }

        var filter = item.Find("where") is InputObject where ? place.Filter(where) : null;
        return (filter, (InputObject)item.Find("data")!);
    }
}
