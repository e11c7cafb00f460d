using Dormouse.Query.Nodes;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Writes.Statements;

/// <summary>A column of the first record that a step found, in the text in which PostgreSQL sent it.</summary>
internal sealed class RecordFieldExpression(ScopeName records, string column) : Expression
{
    public ScopeName Records { get; } = records;

    public string Column { get; } = column;

    public override PlanValue Evaluate(PlanRun run) =>
        run.Find(Records) switch
        {
            RowsValue { Count: > 0 } rows => CellOf(rows.Table, rows.RowAt(0), Column),
            RowValue row => CellOf(row.Rows.Table, row.Row, Column),
            _ => NullValue.Instance,
        };

    public override string ToString() => $"{Records}.{Column}";

    public static PlanValue CellOf(RowTable table, int row, string column) =>
        table.CellMemory(row, table.Shape.IndexOf(column)) is { } text ? new TextValue(text, fromDatabase: true) : NullValue.Instance;
}

/// <summary>Pairs of the one parent and each child that steps found.</summary>
internal sealed class PairsExpression(RecordFieldExpression parent, ScopeName children, string childColumn) : Expression
{
    public override PlanValue Evaluate(PlanRun run)
    {
        if (run.Find(children) is not RowsValue rows)
        {
            return ListValue.Empty;
        }

        var first = parent.Evaluate(run);
        var pairs = new PlanValue[rows.Count];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new ListValue([first, RecordFieldExpression.CellOf(rows.Table, rows.RowAt(i), childColumn)]);
        }

        run.Charge(pairs.Length);
        return new ListValue(pairs);
    }

    public override string ToString() => $"{parent} × {children}.{childColumn}";
}
