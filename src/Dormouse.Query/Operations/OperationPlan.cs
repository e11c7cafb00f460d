using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Operations;

/// <summary>An operation of protocol A, compiled. Immutable and safe to share: it serves every document of its shape.</summary>
internal sealed class OperationPlan(Operation operation, PlanNode root, int slotCount, IReadOnlyList<ParameterBinding> bindings)
{
    public Operation Operation { get; } = operation;

    public PlanNode Root { get; } = root;

    public int SlotCount { get; } = slotCount;

    /// <summary>What stands before the value of the answer: <c>{"findManyUser":</c></summary>
    public byte[] AnswerPrefix { get; } = Encoding.UTF8.GetBytes($"{{\"{operation.ResponseKey}\":");

    /// <summary>The plan that answers many of these at once, once it was asked for; its own plan is null where there is none.</summary>
    public MergedForm? Merged { get; set; }

    /// <summary>Some bytes of the SHA-256 of its documents' shape, by which statistics tell plans apart. Set before the plan is shared.</summary>
    public ulong ShapeDigest { get; set; }

    /// <summary>The values of the parameters, or false when a literal is no value of its type.</summary>
    public bool TryBind(LiteralTable literals, out PlanValue[] values)
    {
        values = bindings.Count == 0 ? [] : new PlanValue[bindings.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (!bindings[i].TryBind(literals, out values[i]))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Whether operations of a plan can be answered together, and how.</summary>
internal sealed record MergedForm(MergedPlan? Plan);

/// <summary>A plan with the values of one request.</summary>
public sealed class PreparedOperation
{
    internal PreparedOperation(OperationPlan plan, LiteralTable literals, PlanValue[] parameters)
    {
        Plan = plan;
        Literals = literals;
        Parameters = parameters;
    }

    /// <summary>Whether it may change data: such an operation is never repeated or cached.</summary>
    public bool IsWrite => Plan.Operation.IsWrite;

    public bool IsRaw => Plan.Operation.Model is null;

    /// <summary>A look-up of one record that must be there.</summary>
    public bool MustFind => Plan.Operation.Action == OperationAction.FindUniqueOrThrow;

    /// <summary>What it does with which model, such as <c>findManyUser</c>.</summary>
    public string Name => Plan.Operation.ResponseKey;

    /// <summary>Some bytes that all queries of its shape have in common.</summary>
    public ulong ShapeDigest => Plan.ShapeDigest;

    internal OperationPlan Plan { get; }

    internal LiteralTable Literals { get; }

    internal PlanValue[] Parameters { get; }
}
