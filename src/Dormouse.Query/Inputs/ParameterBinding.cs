using Dormouse.Query.Documents;
using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs;

/// <summary>
/// How a literal of a request becomes the value of a parameter. The validator calls it when it compiles a document, to report a value
/// that does not fit; each later request of the same shape calls it again with its own literals.
/// </summary>
internal abstract class ParameterBinding
{
    /// <summary>The value of the parameter, or false when the literal is no value of its type.</summary>
    public abstract bool TryBind(LiteralTable literals, out PlanValue value);
}

/// <summary>The parameters of one compiled operation.</summary>
internal sealed class ParameterList
{
    private readonly List<ParameterBinding> bindings = [];

    public IReadOnlyList<ParameterBinding> Bindings => bindings;

    /// <summary>Adds a parameter and yields the expression that reads it.</summary>
    public Nodes.Expression Add(ParameterBinding binding)
    {
        bindings.Add(binding);
        return new Nodes.ParameterExpression(bindings.Count - 1);
    }
}
