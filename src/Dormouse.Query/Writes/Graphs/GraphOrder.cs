using Dormouse.Query.Nodes;

namespace Dormouse.Query.Writes.Graphs;

/// <summary>Finishes a graph: turns the marked edges, asks each step for the columns that later ones need, and orders branches.</summary>
internal static class GraphOrder
{
    public static void Finish(WriteGraph graph)
    {
        TurnMarked(graph);
        RenumberYields(graph);
        foreach (var node in graph.Nodes)
        {
            foreach (var edge in node.Outgoing)
            {
                Demand(node, edge.Link.Fields, graph.Nodes.Count);
            }
        }

        OrderBranches(graph);
    }

    /// <summary>
    /// Each marked child takes the place of its parent: whatever ran before the parent runs before the child, and the child before the
    /// parent. Of a branch both arms move, and nothing else.
    /// </summary>
    private static void TurnMarked(WriteGraph graph)
    {
        foreach (var (parent, child) in graph.Swaps.Reverse())
        {
            foreach (var above in parent.IncomingInOrder.ToArray())
            {
                if (above.From is not BranchStep)
                {
                    graph.Connect(above.From, child, Link.Order);
                }
                else if (above.Link.Kind is EdgeKind.Then or EdgeKind.Else)
                {
                    graph.Remove(above);
                    graph.Connect(above.From, child, above.Link);
                }
            }

            if (parent.Outgoing.FindLast(edge => ReferenceEquals(edge.To, child)) is { } between)
            {
                graph.Connect(child, parent, between.Link);
                graph.Remove(between);
            }
        }
    }

    /// <summary>The engine replaces the edge by which a step gets what it yields; all that changes is the numbering.</summary>
    private static void RenumberYields(WriteGraph graph)
    {
        foreach (var yield in graph.Nodes.OfType<YieldStep>())
        {
            if (yield.IncomingInOrder.FirstOrDefault(edge => edge.Link.Kind == EdgeKind.Data) is { } source)
            {
                graph.Remove(source);
                graph.Connect(source.From, yield, source.Link);
            }
        }
    }

    /// <summary>A step that yields records of others passes the wish for their columns on.</summary>
    private static void Demand(GraphNode node, IReadOnlyList<Schema.Models.ScalarField> fields, int depthLeft)
    {
        if (fields.Count == 0 || depthLeft == 0)
        {
            return;
        }

        switch (node)
        {
            case QueryStep query:
                query.Return(fields);
                break;
            case BranchStep:
                foreach (var edge in node.Outgoing.Where(e => e.Link.Kind is EdgeKind.Then or EdgeKind.Else))
                {
                    Demand(edge.To, fields, depthLeft - 1);
                }

                break;
            case YieldStep or DifferenceStep:
                foreach (var edge in node.Incoming.Where(e => e.Link.Kind == EdgeKind.Data))
                {
                    Demand(edge.From, fields, depthLeft - 1);
                }

                break;
        }
    }

    /// <summary>What hangs on the same step as a branch runs after the branch, unless it is a part of it or a branch itself.</summary>
    private static void OrderBranches(WriteGraph graph)
    {
        foreach (var branch in graph.Nodes.OfType<BranchStep>())
        {
            foreach (var parent in branch.IncomingInOrder.Select(edge => edge.From).ToArray())
            {
                foreach (var sibling in parent.OutgoingInOrder.Select(edge => edge.To).ToArray())
                {
                    if (
                        sibling is not (BranchStep or YieldStep)
                        && !branch.Outgoing.Exists(edge => ReferenceEquals(edge.To, sibling))
                        && !sibling.Incoming.Exists(edge => edge.Link.Kind is EdgeKind.Then or EdgeKind.Else)
                    )
                    {
                        graph.Connect(branch, sibling, Link.Order);
                    }
                }
            }
        }
    }
}
