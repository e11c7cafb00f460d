using System.Numerics;
using Dormouse.Query.Joins;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>
/// The keys of records that a slot holds, each once and none with a NULL: of one column a list of values, of several a list of tuples.
/// </summary>
internal sealed class KeysExpression(ScopeName records, string[] columns) : Expression
{
    private const int PaddedTuplesMax = 4096;

    public ScopeName Records { get; } = records;

    public IReadOnlyList<string> Columns => columns;

    /// <summary>How many keys at most; null for all.</summary>
    public Expression? Limit { get; init; }

    public override PlanValue Evaluate(PlanRun run)
    {
        var rows = run.Find(Records) switch
        {
            RowsValue many => many,
            RowValue one => one.AsList(),
            _ => null,
        };
        if (rows is null || rows.Count == 0)
        {
            return ListValue.Empty;
        }

        var ordinals = Array.ConvertAll(columns, rows.Table.Shape.IndexOf);
        var groups = new RowGroups(new KeyColumns(rows.Table, columns), rows.Count);
        var keys = new List<PlanValue>();
        var most = Limit is null ? double.PositiveInfinity : Lists.NumberOf(Limit.Evaluate(run));
        for (var i = 0; i < rows.Count && keys.Count < most; i++)
        {
            var row = rows.RowAt(i);
            var known = groups.Count;
            if (!HasNull(rows.Table, row, ordinals) && groups.Add(row) == known)
            {
                keys.Add(KeyOf(rows.Table, row, ordinals));
            }
        }

        if (columns.Length > 1)
        {
            Pad(keys);
        }

        run.Charge(keys.Count);
        return new ListValue(keys);
    }

    /// <summary>
    /// Each number of tuples is a statement of its own to the server. The last tuple is repeated up to a power of two, so that few
    /// statements are prepared.
    /// </summary>
    private static void Pad(List<PlanValue> tuples)
    {
        while (tuples.Count is > 0 and < PaddedTuplesMax && !BitOperations.IsPow2(tuples.Count))
        {
            tuples.Add(tuples[^1]);
        }
    }

    private static bool HasNull(RowTable table, int row, int[] ordinals) => Array.Exists(ordinals, o => table.IsNull(row, o));

    // The text that PostgreSQL sent goes back as it came.
    private static PlanValue KeyOf(RowTable table, int row, int[] ordinals)
    {
        PlanValue Cell(int ordinal) => new TextValue(table.CellMemory(row, ordinal)!.Value, fromDatabase: true);
        return ordinals.Length == 1 ? Cell(ordinals[0]) : new ListValue(Array.ConvertAll(ordinals, Cell));
    }

    public override string ToString() => $"{string.Join(", ", columns)} of {Records}{(Limit is null ? "" : $", at most {Limit}")}";
}

/// <summary>Runs a query for the records that belong to others; when there are none of those it is not sent.</summary>
/// <param name="nothing">What it yields then; null for an empty list.</param>
internal sealed class RelatedQueryNode(KeysExpression keys, int keysSlot, PlanNode query, PlanValue? nothing = null) : PlanNode
{
    public KeysExpression Keys { get; } = keys;

    public PlanNode Query { get; } = query;

    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var found = Keys.Evaluate(run);
        if (found is ListValue { Items.Count: 0 })
        {
            return nothing ?? found;
        }

        run.Bind(keysSlot, found);
        return await Query.EvaluateAsync(run);
    }

    public override void Describe(PlanText text) => text.Node($"for each of #{keysSlot} = {Keys}", Query);
}

/// <summary>The value of a slot.</summary>
internal sealed class SlotExpression(ScopeName name) : Expression
{
    public ScopeName Name { get; } = name;

    public override PlanValue Evaluate(PlanRun run) => run.Find(Name) ?? NothingValue.Instance;

    public override string ToString() => Name.ToString();
}
