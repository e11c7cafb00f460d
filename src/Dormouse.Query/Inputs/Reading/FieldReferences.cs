using Dormouse.Query.Inputs.Types;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>References to fields by name.</summary>
internal static class FieldReferences
{
    /// <param name="filtered">The model whose records the filter is about.</param>
    /// <param name="expected">The type that the field must have.</param>
    public static InputFieldReference Resolve(PrismaSchema schema, Model? filtered, string name, string container, InputType expected)
    {
        if (!schema.TryGetModel(container, out var model) || model.IsIgnored)
        {
            return new InputFieldReference($"Model or composite type {container} used for field ref {name} does not exist.");
        }

        if (!model.TryGetField(name, out var found) || found is not ScalarField { IsIgnored: false } field)
        {
            return new InputFieldReference($"The referenced scalar field {container}.{name} does not exist.");
        }

        if (filtered is not null && !ReferenceEquals(model, filtered))
        {
            return new InputFieldReference(
                $"Expected a referenced scalar field of model {filtered.Name}, but found a field of model {model.Name}."
            );
        }

        var item = expected is ListInputType list ? list.Item : expected;
        var fits =
            field.IsList == expected is ListInputType
            && (item is ScalarInputType scalar ? scalar.Type == field.Type : item is EnumInputType type && type.Type == field.Enum);
        return fits
            ? new InputFieldReference(field)
            : new InputFieldReference(
                $"Expected a referenced scalar field of type {item.Name} but found {model.Name}.{field.Name} of type {field.TypeName}."
            );
    }
}
