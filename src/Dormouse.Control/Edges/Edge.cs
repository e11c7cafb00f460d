using Dormouse.Contracts;

namespace Dormouse.Control.Edges;

/// <summary>An edge that may follow.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Unique, whatever the case of its letters.</param>
/// <param name="Hint">The first characters of its token.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record Edge(EdgeId Id, string Name, string Hint, DateTimeOffset CreatedAt);

/// <summary>An edge and its token, at the one moment at which the token can be shown.</summary>
public sealed record AddedEdge(Edge Edge, string Token)
{
    /// <summary>Leaves the token out, so that a log line cannot hold it.</summary>
    public override string ToString() => Edge.ToString();
}
