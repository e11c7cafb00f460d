using Dormouse.Query.Failures;
using Dormouse.Query.Inputs.Types;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>References to fields by name.</summary>
internal static class FieldReferences
{
    /// <param name="place">Where the reference stands.</param>
    /// <param name="expected">The type that the field must have.</param>
    public static InputFieldReference Resolve(PrismaSchema schema, FilterPlace place, string name, string container, InputType expected)
    {
        (name, container) = (FailureText.Cut(name), FailureText.Cut(container));
        if (!schema.TryGetModel(container, out var model) || model.IsIgnored)
        {
            return new InputFieldReference($"Model or composite type {container} used for field ref {name} does not exist.");
        }

        if (model.TryGetField(name, out var found) && found is RelationField)
        {
            return new InputFieldReference($"Expected a referenced scalar field {container}.{name} but found a relation field.");
        }

        if (found is not ScalarField { IsIgnored: false } field)
        {
            return new InputFieldReference($"The referenced scalar field {container}.{name} does not exist.");
        }

        if (place.Model is { } filtered && !ReferenceEquals(model, filtered))
        {
            return new InputFieldReference(
                $"Expected a referenced scalar field of model {filtered.Name}, but found a field of model {model.Name}."
            );
        }

        expected = place.AveragedType ?? expected;
        var item = expected is ListInputType list ? list.Item : expected;
        var fits =
            !place.IsWholeList
            && field.IsList == expected is ListInputType
            && (item is ScalarInputType scalar ? scalar.Type == field.Type : item is EnumInputType type && type.Type == field.Enum);
        return fits
            ? new InputFieldReference(field)
            : new InputFieldReference(
                $"Expected a referenced scalar field of type {item.Name}{Brackets(place.IsList)} "
                    + $"but found {model.Name}.{field.Name} of type {field.TypeName}{Brackets(field.IsList)}."
            );
    }

    private static string Brackets(bool isList) => isList ? "[]" : "";
}

/// <summary>Where in a filter a value stands.</summary>
/// <param name="Model">The model whose records the filter is about.</param>
/// <param name="IsList">Whether the filtered field is a list.</param>
/// <param name="AveragedType">Within a filter on an average, the type of the averaged field: fields of that type are compared with it.</param>
internal readonly record struct FilterPlace(Model? Model, bool IsList, InputType? AveragedType)
{
    /// <summary>
    /// Where a whole list is compared. Prisma's engine takes no list there, against what its own schema says, and PostgreSQL takes nothing
    /// else: no reference fits.
    /// </summary>
    public bool IsWholeList { get; init; }

    public FilterPlace Within(InputObjectType type) =>
        type.Filtered is { } model ? new FilterPlace(model, false, null)
        : type.IsListFilter ? this with { IsList = true }
        : this;

    /// <summary>The place of a field's value.</summary>
    public FilterPlace Under(InputObjectType type, string field) =>
        field == "_avg" && type.Fields[0].Name == "equals" ? this with { AveragedType = type.Fields[0].Types[0] }
        : IsList && field == "equals" ? this with { IsWholeList = true }
        : this;
}
