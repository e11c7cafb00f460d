using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Mapping;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

internal sealed class ValueNode(Expression expression) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => new(expression.Evaluate(run));

    public override void Describe(PlanText text) => text.Line($"value {expression}");
}

internal sealed class UnitNode : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => new(NothingValue.Instance);

    public override void Describe(PlanText text) => text.Line("unit");
}

internal sealed class GetNode(ScopeName name) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => new(run.Find(name) ?? NothingValue.Instance);

    public override void Describe(PlanText text) => text.Line($"get {name}");
}

internal sealed class GetFirstNonEmptyNode(ScopeName[] names) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        foreach (var name in names)
        {
            if (run.Find(name) is { } value && !Lists.IsEmpty(value))
            {
                return new(value);
            }
        }

        return new(ListValue.Empty);
    }

    public override void Describe(PlanText text) => text.Line($"getFirstNonEmpty {string.Join(", ", names)}");
}

internal sealed class SequenceNode(PlanNode[] steps) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        PlanValue last = NothingValue.Instance;
        foreach (var step in steps)
        {
            last = await step.EvaluateAsync(run);
        }

        return last;
    }

    public override void Describe(PlanText text) => text.Node("seq", steps);
}

internal sealed class LetNode((int Slot, PlanNode Expression)[] bindings, PlanNode body) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        foreach (var (slot, expression) in bindings)
        {
            run.Bind(slot, await expression.EvaluateAsync(run));
        }

        return await body.EvaluateAsync(run);
    }

    public override void Describe(PlanText text)
    {
        foreach (var (slot, expression) in bindings)
        {
            text.Node($"let #{slot} =", expression);
        }

        body.Describe(text);
    }
}

internal sealed class ConcatNode(PlanNode[] parts) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var items = new List<PlanValue>();
        foreach (var part in parts)
        {
            var added = Lists.ItemsOf(await part.EvaluateAsync(run));
            run.Charge(added.Count);
            items.AddRange(added);
        }

        return new ListValue(items);
    }

    public override void Describe(PlanText text) => text.Node("concat", parts);
}

internal sealed class SumNode(PlanNode[] parts) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        double sum = 0;
        foreach (var part in parts)
        {
            sum += Lists.NumberOf(await part.EvaluateAsync(run));
        }

        return new NumberValue(sum);
    }

    public override void Describe(PlanText text) => text.Node("sum", parts);
}

internal sealed class UniqueNode(PlanNode inner) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await inner.EvaluateAsync(run);
        switch (value)
        {
            case RowsValue { Count: > 1 } rows:
                throw MoreThanOne(rows.Count);
            case RowsValue rows:
                return rows.Count == 0 ? NullValue.Instance : new RowValue(rows, rows.RowAt(0));
            case ListValue { Items.Count: > 1 } list:
                throw MoreThanOne(list.Items.Count);
            case ListValue list:
                return list.Items.Count == 0 || list.Items[0] is NothingValue ? NullValue.Instance : list.Items[0];
            default:
                return value;
        }
    }

    private static PlanException MoreThanOne(int count) => PlanFailure.Plain($"Expected zero or one element, got {count}");

    public override void Describe(PlanText text) => text.Node("unique", inner);
}

internal sealed class RequiredNode(PlanNode inner) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await inner.EvaluateAsync(run);
        return Lists.IsEmpty(value) ? throw PlanFailure.Plain("Required value is empty") : value;
    }

    public override void Describe(PlanText text) => text.Node("required", inner);
}

internal sealed class ReverseNode(PlanNode inner) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run) => Lists.Reverse(await inner.EvaluateAsync(run));

    public override void Describe(PlanText text) => text.Node("reverse", inner);
}

internal sealed class MapFieldNode(string field, PlanNode records) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var plucked = Lists.Pluck(await records.EvaluateAsync(run), field);
        run.Charge(plucked is ListValue list ? list.Items.Count : 1);
        return plucked;
    }

    public override void Describe(PlanText text) => text.Node($"mapField {field}", records);
}

internal sealed class TransactionNode(PlanNode inner) : PlanNode
{
    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run) => run.InTransactionAsync(inner.EvaluateAsync);

    public override void Describe(PlanText text) => text.Node("transaction", inner);
}

/// <summary>
/// Shapes a value. In last position the answer is written at once, inside the transaction if there is one: a value that cannot be
/// shaped rolls it back.
/// </summary>
internal sealed class DataMapNode(PlanNode inner, ResultStructure structure, bool isLast) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await inner.EvaluateAsync(run);
        if (isLast)
        {
            ResultMapper.Write(run.Answer, value, structure);
            return WrittenValue.Instance;
        }

        var json = new System.Buffers.ArrayBufferWriter<byte>();
        using var writer = new AnswerWriter(json, run.Limits.MaxAnswerBytes, run.CancellationToken);
        ResultMapper.Write(writer, value, structure);
        writer.Flush();
        // Other nodes look at it as at any value.
        return JsonValues.Parse(json.WrittenMemory);
    }

    public override void Describe(PlanText text) => text.Node($"dataMap {structure}", inner);
}
