using Dormouse.Query.Sql;

namespace Dormouse.Query.Writes.Graphs;

/// <summary>
/// The steps of one write operation and what depends on what, as Prisma's engine builds it: order, checks and even the numbering of
/// edges are the same, because they decide in which order records come into being and which of two errors the client hears.
/// <code>
/// operation ─ Actions, Nested ─▶ graph ─ GraphOrder ─▶ graph ─ GraphTranslation ─▶ plan nodes
/// </code>
/// </summary>
internal sealed class WriteGraph
{
    private readonly List<GraphNode> nodes = [];
    private readonly List<GraphEdge> edges = [];
    private readonly List<(GraphNode Parent, GraphNode Child)> swaps = [];
    private readonly List<GraphNode> results = [];

    public IReadOnlyList<GraphNode> Nodes => nodes;

    /// <summary>The steps that yield the answer; of several the one that ran.</summary>
    public IReadOnlyList<GraphNode> Results => results;

    public IReadOnlyList<(GraphNode Parent, GraphNode Child)> Swaps => swaps;

    public T Add<T>(T node)
        where T : GraphNode
    {
        node.Index = nodes.Count;
        nodes.Add(node);
        if (node is QueryStep query)
        {
            query.Return(PrimaryIdentifier.Of(query.Model));
        }

        return node;
    }

    public void Connect(GraphNode from, GraphNode to, Link link)
    {
        var edge = new GraphEdge(from, to, link) { Index = edges.Count };
        edges.Add(edge);
        from.Outgoing.Add(edge);
        to.Incoming.Add(edge);
    }

    /// <summary>The last edge takes the place of a removed one, and with it its place in the order.</summary>
    public void Remove(GraphEdge edge)
    {
        edge.From.Outgoing.Remove(edge);
        edge.To.Incoming.Remove(edge);
        var last = edges[^1];
        edges.RemoveAt(edges.Count - 1);
        if (!ReferenceEquals(last, edge))
        {
            edges[edge.Index] = last;
            last.Index = edge.Index;
        }
    }

    public void AddResult(GraphNode node) => results.Add(node);

    /// <summary>The child must run before the parent, because the parent holds the key: the edge between them is turned at the end.</summary>
    public void Swap(GraphNode parent, GraphNode child) => swaps.Add((parent, child));
}
