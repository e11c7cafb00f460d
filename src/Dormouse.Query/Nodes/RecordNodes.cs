using Dormouse.Query.Failures;
using Dormouse.Query.Plans;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

internal enum FieldOperation : byte
{
    Set,
    Add,
    Subtract,
    Multiply,
    Divide,

    /// <summary>The id that the database gave to the last inserted row: PostgreSQL reports none (it returns rows instead).</summary>
    LastInsertId,
}

internal readonly record struct FieldChange(string Name, FieldOperation Operation, Expression? Value);

/// <summary>Makes a record of given values.</summary>
internal sealed class InitializeRecordNode(PlanNode inner, FieldChange[] fields) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        await inner.EvaluateAsync(run);
        var record = new OrderedDictionary<string, PlanValue>();
        foreach (var field in fields)
        {
            record[field.Name] = field.Value?.Evaluate(run) ?? NothingValue.Instance;
        }

        return new RecordValue(record);
    }

    public override void Describe(PlanText text) => text.Node($"initializeRecord {string.Join(", ", fields)}", inner);
}

/// <summary>Changes fields of a record.</summary>
internal sealed class MapRecordNode(PlanNode inner, FieldChange[] changes) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await inner.EvaluateAsync(run);
        var record = value is NullValue ? [] : Lists.RecordOf(value);
        foreach (var change in changes)
        {
            var operand = change.Value?.Evaluate(run) ?? NothingValue.Instance;
            record[change.Name] =
                change.Operation == FieldOperation.Set
                    ? operand
                    : Compute(
                        change.Operation,
                        record.TryGetValue(change.Name, out var current) ? current : NothingValue.Instance,
                        operand
                    );
        }

        return new RecordValue(record);
    }

    private static PlanValue Compute(FieldOperation operation, PlanValue current, PlanValue operand)
    {
        var left = Lists.NumberOf(current);
        var right = Lists.NumberOf(operand);
        return operation switch
        {
            FieldOperation.Add => new NumberValue(left + right),
            FieldOperation.Subtract => new NumberValue(left - right),
            FieldOperation.Multiply => new NumberValue(left * right),
            FieldOperation.Divide => right == 0 ? NullValue.Instance : new NumberValue(left / right),
            _ => throw PlanFailure.Malformed($"the field operation '{operation}' does not fit here."),
        };
    }

    public override void Describe(PlanText text) => text.Node($"mapRecord {string.Join(", ", changes)}", inner);
}
