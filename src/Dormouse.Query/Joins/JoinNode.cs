using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Joins;

internal sealed record JoinChild(PlanNode Child, string[] ParentKeys, string[] ChildKeys, string ParentField, bool IsUnique);

/// <summary>Attaches children to their parents by equal keys.</summary>
internal sealed class JoinNode(PlanNode parent, JoinChild[] children, bool canAssumeStrictEquality) : PlanNode
{
    private static readonly RowsValue NoRows = new(new RowTable(0, 0), [], []);

    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await parent.EvaluateAsync(run);
        if (value is NullValue)
        {
            return value;
        }

        // All queries run before anything is attached: a child's query may name the bare parents.
        var found = new PlanValue[children.Length];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = await children[i].Child.EvaluateAsync(run);
        }

        for (var i = 0; i < found.Length; i++)
        {
            value = Attach(value, children[i], found[i]);
        }

        return value;
    }

    public override void Describe(PlanText text) =>
        text.Node(
            "join",
            () =>
            {
                parent.Describe(text);
                foreach (var child in children)
                {
                    var keys = child.ParentKeys.Zip(child.ChildKeys, (own, other) => $"{own} = {other}");
                    text.Node($"{(child.IsUnique ? "one" : "many")} {child.ParentField} on {string.Join(", ", keys)}", child.Child);
                }
            }
        );

    private PlanValue Attach(PlanValue value, JoinChild join, PlanValue found)
    {
        var parents = AsRows(value);
        var rows = AsRows(found) ?? (found is NullValue or ListValue { Items.Count: 0 } ? NoRows : null);

        // Keys that an earlier join attached are no columns; such plans, if they exist, take the slow way.
        if (parents is null || rows is null || HasAttached(parents, join.ParentKeys) || HasAttached(rows, join.ChildKeys))
        {
            return RecordJoin.Attach(value, join, found, canAssumeStrictEquality);
        }

        var joined = AttachRows(parents, join, rows);
        return value is RowValue parent ? new RowValue(joined, parent.Row) : joined;
    }

    private static bool HasAttached(RowsValue rows, string[] names) => Array.Exists(names, n => rows.IndexOfAttachment(n) >= 0);

    private static RowsValue? AsRows(PlanValue value) =>
        value switch
        {
            RowsValue rows => rows,
            RowValue row => row.AsList(),
            _ => null,
        };

    private RowsValue AttachRows(RowsValue parents, JoinChild join, RowsValue found)
    {
        var numbers = canAssumeStrictEquality ? null : NumberColumns(parents.Table, found.Table, join);
        var parentKeys = new KeyColumns(parents.Table, join.ParentKeys, numbers);
        var childKeys = new KeyColumns(found.Table, join.ChildKeys, numbers);
        var groups = new RowGroups(parentKeys, parents.Count);
        var groupOfRow = new int[parents.Table.RowCount];
        Array.Fill(groupOfRow, -1);
        for (var i = 0; i < parents.Count; i++)
        {
            groupOfRow[parents.RowAt(i)] = groups.Add(parents.RowAt(i));
        }

        var (first, next) = Chain(groups, childKeys, found, join.IsUnique);
        for (var row = 0; row < groupOfRow.Length; row++)
        {
            groupOfRow[row] = groupOfRow[row] < 0 ? -1 : first[groupOfRow[row]];
        }

        return parents.With(new JoinAttachment(join.ParentField, join.IsUnique, found, groupOfRow, next));
    }

    /// <summary>The children of each group as a chain in their order; of a unique relation the last one counts.</summary>
    private static (int[] First, int[] Next) Chain(RowGroups groups, KeyColumns childKeys, RowsValue children, bool isUnique)
    {
        var first = new int[groups.Count];
        var next = new int[children.Count];
        Array.Fill(first, -1);
        for (var i = children.Count - 1; i >= 0; i--)
        {
            var group = groups.Find(childKeys, children.RowAt(i));
            next[i] = -1;
            if (group < 0 || (isUnique && first[group] >= 0))
            {
                continue;
            }

            next[i] = isUnique ? -1 : first[group];
            first[group] = i;
        }

        return (first, next);
    }

    /// <summary>Where the parent's key is a number and the child's is not, "1" and 1.0 are the same key.</summary>
    private static bool[] NumberColumns(RowTable parent, RowTable child, JoinChild join)
    {
        var numbers = new bool[join.ParentKeys.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            var own = parent.Shape.IndexOf(join.ParentKeys[i]);
            var other = child.Shape.IndexOf(join.ChildKeys[i]);
            numbers[i] =
                own >= 0
                && other >= 0
                && parent.Shape.Types[own].Form is CellForm.Integer or CellForm.Float
                && child.Shape.Types[other].Form is not (CellForm.Integer or CellForm.Float);
        }

        return numbers;
    }
}
