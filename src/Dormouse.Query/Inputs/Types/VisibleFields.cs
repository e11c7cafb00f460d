using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The fields of a model that clients see, scalars before relations, as the query schema lists them everywhere.</summary>
internal sealed class VisibleFields
{
    public VisibleFields(Model model)
    {
        Scalars = [.. model.ScalarFields.Where(field => !field.IsIgnored && !field.IsUnsupported)];
        // A relation is there from both of its sides or from none.
        Relations = [.. model.RelationFields.Where(field => !field.IsIgnored && !field.Opposite.IsIgnored && !field.Target.IsIgnored)];
        All = [.. Scalars, .. Relations];
    }

    public IReadOnlyList<ScalarField> Scalars { get; }

    public IReadOnlyList<RelationField> Relations { get; }

    public IReadOnlyList<Field> All { get; }
}
