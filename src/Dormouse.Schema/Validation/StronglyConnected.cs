namespace Dormouse.Schema.Validation;

/// <summary>Tarjan's algorithm, without recursion: a long chain of models must not exhaust the stack.</summary>
internal static class StronglyConnected
{
    /// <summary>A number for each node; nodes with one number can reach each other.</summary>
    public static Dictionary<T, int> Components<T>(IReadOnlyList<T> nodes, Func<T, IEnumerable<T>> successors)
        where T : notnull
    {
        Dictionary<T, int> order = [];
        Dictionary<T, int> low = [];
        Dictionary<T, int> components = [];
        Stack<T> open = new();
        Stack<(T Node, IEnumerator<T> Successors)> path = new();
        foreach (T root in nodes)
        {
            if (order.ContainsKey(root))
            {
                continue;
            }
            Enter(root);
            while (path.TryPeek(out (T Node, IEnumerator<T> Successors) top))
            {
                if (top.Successors.MoveNext())
                {
                    T next = top.Successors.Current;
                    if (!order.TryGetValue(next, out int reached))
                    {
                        Enter(next);
                    }
                    else if (!components.ContainsKey(next))
                    {
                        low[top.Node] = Math.Min(low[top.Node], reached);
                    }
                    continue;
                }
                Leave(path.Pop().Node);
            }
        }
        return components;

        void Enter(T node)
        {
            order[node] = low[node] = order.Count;
            open.Push(node);
            path.Push((node, successors(node).GetEnumerator()));
        }

        void Leave(T node)
        {
            if (path.TryPeek(out (T Node, IEnumerator<T> Successors) parent))
            {
                low[parent.Node] = Math.Min(low[parent.Node], low[node]);
            }
            if (low[node] == order[node])
            {
                T member;
                do
                {
                    member = open.Pop();
                    components[member] = order[node];
                } while (!member.Equals(node));
            }
        }
    }
}
