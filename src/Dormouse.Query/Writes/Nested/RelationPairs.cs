using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;

namespace Dormouse.Query.Writes.Nested;

/// <summary>Connects and disconnects records of a many-to-many relation.</summary>
internal static class RelationPairs
{
    public static ConnectStep Connect(NestedPlace place, GraphNode children, Count expected)
    {
        var connect = place.Graph.Add(new ConnectStep(place.Field));
        LinkParent(place, connect, "a connect");
        place.Graph.Connect(
            children,
            connect,
            Link.Data(DataUse.Children, place.ChildIdentifier, Expectation.Exactly(expected, new IncompleteConnectInput()))
        );
        return connect;
    }

    public static void Disconnect(NestedPlace place, GraphNode children)
    {
        var disconnect = place.Graph.Add(new DisconnectStep(place.Field));
        LinkParent(place, disconnect, "a disconnect");
        place.Graph.Connect(children, disconnect, Link.Data(DataUse.Children, place.ChildIdentifier));
    }

    public static DisconnectStep DisconnectAll(NestedPlace place)
    {
        var disconnect = place.Graph.Add(new DisconnectStep(place.Field));
        LinkParent(place, disconnect, "a nested set", "disconnect existing child records");
        return disconnect;
    }

    private static void LinkParent(NestedPlace place, GraphNode step, string operation, string? purpose = null)
    {
        var missing = Expectation.Some(place.Missing(place.ParentModel, operation, purpose));
        place.Graph.Connect(place.Parent, step, Link.Data(DataUse.Parent, place.ParentIdentifier, missing));
    }
}
