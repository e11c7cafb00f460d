using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Joins;
using Dormouse.Query.Json;
using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Processing;

/// <summary>Distinct and pagination in memory, for what a query could not say in SQL.</summary>
internal sealed class ProcessNode(PlanNode inner, ProcessOperations operations) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run) => Process(await inner.EvaluateAsync(run), operations, run);

    private static PlanValue Process(PlanValue value, ProcessOperations operations, PlanRun run)
    {
        switch (value)
        {
            case NullValue or NothingValue:
                return value;
            case TextValue text:
                return Process(Parse(text), operations, run);
            case RowsValue rows:
                return ProcessRows(rows, operations, run);
            case ListValue list:
                return new ListValue([.. Select(list.Items, operations, run).Select(r => WithNested(r, operations, run))]);
            default:
                return ProcessOne(value, operations, run);
        }
    }

    private static PlanValue Parse(TextValue text)
    {
        try
        {
            return JsonValues.Parse(text.Utf8);
        }
        catch (JsonException e)
        {
            throw PlanFailure.Plain("A list of related records is no valid JSON.", e);
        }
    }

    private static RowsValue ProcessRows(RowsValue rows, ProcessOperations operations, PlanRun run)
    {
        var kept = Select(Lists.ItemsOf(rows), operations, run).Select(r => ((RowValue)r).Row).ToArray();
        var processed = rows.Reordered(kept);
        foreach (var (name, nested) in operations.Nested)
        {
            var values = new Dictionary<int, PlanValue>();
            foreach (var row in kept)
            {
                values[row] = Process(Cells.Field(rows, row, name), nested, run);
            }

            processed = processed.With(new ValueAttachment(name, values));
        }

        return processed;
    }

    private static PlanValue ProcessOne(PlanValue record, ProcessOperations operations, PlanRun run)
    {
        if (operations.Pagination is { } page)
        {
            if (page.Skip > 0 || page.Take == 0 || (Cursor.Of(page, run) is { } cursor && !cursor.Matches(record)))
            {
                return NullValue.Instance;
            }
        }

        return WithNested(record, operations, run);
    }

    private static PlanValue WithNested(PlanValue record, ProcessOperations operations, PlanRun run)
    {
        if (operations.Nested.Count == 0)
        {
            return record;
        }

        var fields = Lists.RecordOf(record);
        foreach (var (name, nested) in operations.Nested)
        {
            fields[name] = Process(Lists.FieldOf(record, name), nested, run);
        }

        return new RecordValue(fields);
    }

    private static IReadOnlyList<PlanValue> Select(IReadOnlyList<PlanValue> records, ProcessOperations operations, PlanRun run)
    {
        if (operations.Distinct is { } distinct)
        {
            var fields = operations.LinkingFields is { } linking ? [.. distinct, .. linking] : distinct;
            var seen = new HashSet<string>();
            records = [.. records.Where(r => seen.Add(RecordKey.Of(r, fields)))];
        }

        if (operations.Pagination is { } page)
        {
            records = Paginate(records, page, Cursor.Of(page, run), operations.LinkingFields);
        }

        return operations.Reverse ? [.. records.Reverse()] : records;
    }

    private static IReadOnlyList<PlanValue> Paginate(
        IReadOnlyList<PlanValue> records,
        Pagination page,
        Cursor? cursor,
        string[]? linkingFields
    )
    {
        if (linkingFields is null)
        {
            return Slice(records, page, cursor);
        }

        // One page per parent; the groups come out ordered by their key, as the reference does it.
        var groups = new SortedDictionary<string, List<PlanValue>>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            var key = RecordKey.Of(record, linkingFields);
            if (!groups.TryGetValue(key, out var group))
            {
                groups[key] = group = [];
            }

            group.Add(record);
        }

        return [.. groups.Values.SelectMany(g => Slice(g, page, cursor))];
    }

    private static IReadOnlyList<PlanValue> Slice(IReadOnlyList<PlanValue> list, Pagination page, Cursor? cursor)
    {
        var start = 0;
        while (cursor is not null && start < list.Count && !cursor.Matches(list[start]))
        {
            start++;
        }

        if (cursor is not null && start == list.Count)
        {
            return [];
        }

        // Positions as JavaScript's slice takes them: negative ones count from the end.
        var from = Position(start + (long)(page.Skip ?? 0), list.Count);
        var to = page.Take is { } take ? Position(start + (long)(page.Skip ?? 0) + take, list.Count) : list.Count;
        return [.. list.Skip(from).Take(Math.Max(0, to - from))];
    }

    private static int Position(long position, int count) =>
        (int)(position < 0 ? Math.Max(0, count + position) : Math.Min(position, count));

    public override void Describe(PlanText text) => text.Node($"process {operations}", inner);
}

/// <summary>The records of one list whose key another list does not have.</summary>
internal sealed class DiffNode(PlanNode from, PlanNode to, string[] fields) : PlanNode
{
    private const string NullKey = "";

    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var minuend = await from.EvaluateAsync(run);
        var subtrahend = await to.EvaluateAsync(run);
        var known = Lists.ItemsOf(subtrahend).Select(KeyOf).ToHashSet();
        var kept = Lists.ItemsOf(minuend).Where(r => !known.Contains(KeyOf(r)));
        return minuend is RowsValue rows ? rows.Reordered([.. kept.Select(r => ((RowValue)r).Row)]) : new ListValue([.. kept]);
    }

    private string KeyOf(PlanValue record) => record is NullValue ? NullKey : RecordKey.Of(record, fields);

    public override void Describe(PlanText text) => text.Node($"diff by {string.Join(", ", fields)}", from, to);
}
