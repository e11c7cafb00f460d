using Dormouse.Query.Documents;
using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>A single literal as a value of a scalar type.</summary>
internal sealed class ScalarBinding(ScalarKind type, int literal) : ParameterBinding
{
    public override bool TryBind(LiteralTable literals, out PlanValue value)
    {
        var found = literals[literal];
        return ScalarReader.TryRead(type, found.Kind, literals.RawOf(found), out value);
    }
}

/// <summary>A list of literals as a list of values of a scalar type.</summary>
internal sealed class ScalarListBinding(ScalarKind type, int literal) : ParameterBinding
{
    public override bool TryBind(LiteralTable literals, out PlanValue value)
    {
        var items = literals.Items(literals[literal]);
        var values = new PlanValue[items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!ScalarReader.TryRead(type, items[i].Kind, literals.RawOf(items[i]), out values[i]))
            {
                value = NullValue.Instance;
                return false;
            }
        }

        value = new ListValue(values);
        return true;
    }
}
