using Dormouse.Query.Documents;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Reads;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Operations;

/// <summary>What the compilers of one operation share. Used once, by one thread.</summary>
internal sealed class CompileContext(PrismaSchema schema, LiteralFacts facts, ParameterList parameters, QueryLimits limits)
{
    public PrismaSchema Schema { get; } = schema;

    public LiteralFacts Facts { get; } = facts;

    public ParameterList Parameters { get; } = parameters;

    public QueryLimits Limits { get; } = limits;

    /// <summary>How the relations of the operation are read.</summary>
    public ReadStrategy ReadStrategy { get; init; }

    public int SlotCount { get; private set; }

    /// <summary>A slot for the value of a let binding.</summary>
    public ScopeName NewSlot(string name) => new(name, SlotCount++);
}
