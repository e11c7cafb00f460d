using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Mapping;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Operations;

/// <summary>A plan that answers any number of operations of one plan at once. Immutable and safe to share.</summary>
/// <param name="Rows">Yields the records found, each with the number of the operation that asked for it.</param>
/// <param name="Keys">What distinguishes the operations.</param>
internal sealed record MergedPlan(PlanNode Rows, int SlotCount, ObjectStructure Structure, IReadOnlyList<MergedKey> Keys)
{
    /// <summary>Whether the operations differ in their keys alone.</summary>
    public bool Fits(IReadOnlyList<PreparedOperation> operations)
    {
        var first = operations[0];
        for (var i = 0; i < first.Parameters.Length; i++)
        {
            if (IsKey(i))
            {
                continue;
            }

            var value = JsonValues.Serialize(first.Parameters[i]);
            for (var j = 1; j < operations.Count; j++)
            {
                if (!JsonValues.Serialize(operations[j].Parameters[i]).Span.SequenceEqual(value.Span))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool IsKey(int parameter) => Keys.Any(key => key.Value is ParameterExpression expression && expression.Index == parameter);
}

/// <param name="Value">The value in one operation: one of its parameters, or a constant of their shape.</param>
/// <param name="Slot">Where the plan looks for the values of all.</param>
internal readonly record struct MergedKey(Expression Value, int Slot)
{
    public ListValue ValuesOf(IReadOnlyList<PreparedOperation> operations)
    {
        var values = new PlanValue[operations.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Value switch
            {
                ParameterExpression parameter => operations[i].Parameters[parameter.Index],
                LiteralExpression literal => literal.Value,
                _ => throw new InvalidOperationException("A key is neither a parameter nor a constant."),
            };
        }

        return new ListValue(values);
    }
}

/// <summary>Operations that one plan answers at once; see <see cref="QueryEngine.TryMerge"/>.</summary>
public sealed class PreparedMerge
{
    internal PreparedMerge(MergedPlan plan, IReadOnlyList<PreparedOperation> operations)
    {
        Plan = plan;
        Operations = operations;
    }

    /// <summary>What is wrong with an operation whose record is missing; null where the answer to it is null.</summary>
    public PlanException? Missing =>
        Operations[0].Plan.Operation.Action == OperationAction.FindUniqueOrThrow
            ? QueryFailure.RecordNotFound(Reads.ReadCompiler.NothingFound)
            : null;

    internal MergedPlan Plan { get; }

    internal IReadOnlyList<PreparedOperation> Operations { get; }
}
