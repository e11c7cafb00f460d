using Dormouse.Query.Joins;
using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Processing;

/// <summary>What a page node does with rows that come in their order: distinct, then the page, then the reversal.</summary>
/// <param name="Partition">Columns with the key of the parent; each parent has a page of its own. Empty for one page in all.</param>
/// <param name="Distinct">Of the rows that are equal in these columns the first one stays; empty to keep all.</param>
/// <param name="CursorColumn">A column that is true on the row at which the page begins; without such a row the page is empty.</param>
/// <param name="OnlyParent">
/// The keys of the parents, where the rows of a single parent all stand behind the cursor already: its page then begins with the first
/// of them, whether the cursor's row is its own or not.
/// </param>
internal sealed record RecordPage(
    string[] Partition,
    string[] Distinct,
    string? CursorColumn,
    Expression? OnlyParent,
    Expression? Skip,
    Expression? Take,
    bool IsReversed
)
{
    public override string ToString()
    {
        string?[] parts =
        [
            Partition.Length == 0 ? null : $"per {string.Join(", ", Partition)}",
            Distinct.Length == 0 ? null : $"distinct {string.Join(", ", Distinct)}",
            CursorColumn is null ? null : $"from {CursorColumn}",
            Skip is null ? null : $"skip {Skip}",
            Take is null ? null : $"take {Take}",
            IsReversed ? "reversed" : null,
        ];
        return string.Join("; ", parts.OfType<string>());
    }
}

/// <summary>Cuts pages from rows where SQL cannot say it.</summary>
internal sealed class PageNode(PlanNode inner, RecordPage page) : PlanNode
{
    public PlanNode Inner { get; } = inner;

    public RecordPage Page { get; } = page;

    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var rows = (RowsValue)await Inner.EvaluateAsync(run);
        var kept = new List<int>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            kept.Add(rows.RowAt(i));
        }

        if (Page.Distinct.Length > 0)
        {
            var seen = new RowGroups(new KeyColumns(rows.Table, [.. Page.Partition, .. Page.Distinct]), rows.Count);
            kept.RemoveAll(row => seen.Count is var known && seen.Add(row) != known);
        }

        if (Page.CursorColumn is not null || Page.Skip is not null || Page.Take is not null)
        {
            Cut(rows.Table, kept, run);
        }

        if (Page.IsReversed)
        {
            kept.Reverse();
        }

        return rows.Reordered([.. kept]);
    }

    private void Cut(RowTable table, List<int> rows, PlanRun run)
    {
        var skip = Page.Skip is null ? 0 : Lists.NumberOf(Page.Skip.Evaluate(run));
        var end = Page.Take is null ? double.PositiveInfinity : skip + Lists.NumberOf(Page.Take.Evaluate(run));
        var begins = Page.CursorColumn is null || Page.OnlyParent?.Evaluate(run) is ListValue { Items.Count: 1 };
        var cursor = begins ? -1 : table.Shape.IndexOf(Page.CursorColumn!);
        var parents = new RowGroups(new KeyColumns(table, Page.Partition), rows.Count);
        // How many rows of each parent came since the cursor's, that one included.
        var positions = new List<int>();
        rows.RemoveAll(row =>
        {
            var parent = parents.Add(row);
            if (parent == positions.Count)
            {
                positions.Add(0);
            }

            if (cursor >= 0 && positions[parent] == 0 && !table.Cell(row, cursor).SequenceEqual("t"u8))
            {
                return true;
            }

            var position = positions[parent]++;
            return position < skip || position >= end;
        });
    }

    public override void Describe(PlanText text) => text.Node($"page {Page}", Inner);
}
