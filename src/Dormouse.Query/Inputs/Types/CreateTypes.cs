using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>
/// What new records are made of. The checked form names related records by relations; the unchecked one writes their keys itself, and
/// has no relation whose key lies in the record.
/// </summary>
internal sealed class CreateTypes(QuerySchema schema)
{
    /// <summary>The two forms, checked first.</summary>
    /// <param name="parent">The relation that leads to the new record in a nested create; the way back is left out.</param>
    public InputType[] Both(Model model, RelationField? parent) => [Record(model, parent, false), Record(model, parent, true)];

    private InputObjectType Record(Model model, RelationField? parent, bool isUnchecked)
    {
        var back = parent?.Opposite;
        return schema.Cache.Get(
            new TypeKey(isUnchecked ? TypeFamily.UncheckedCreate : TypeFamily.Create, model, back),
            () =>
                new InputObjectType(
                    $"{model.Name}{(isUnchecked ? "Unchecked" : "")}Create{Names.Without(back)}Input",
                    FieldConstraints.None,
                    () =>
                        [
                            .. schema
                                .FieldsOf(model)
                                .Scalars.Where(field => isUnchecked ? !IsKeyOf(back, field) : IsWritable(field))
                                .Select(Value),
                            .. schema
                                .FieldsOf(model)
                                .Relations.Where(field => !ReferenceEquals(field, back) && !(isUnchecked && field.IsForward))
                                .Select(field => Relation(field, isUnchecked)),
                        ]
                )
        );
    }

    /// <summary>The records of createMany: scalars alone.</summary>
    public InputObjectType Many(Model model, RelationField? parent)
    {
        var back = parent?.Opposite;
        return schema.Cache.Get(
            new TypeKey(TypeFamily.CreateMany, model, back),
            () =>
                new InputObjectType(
                    $"{model.Name}CreateMany{(back is null ? "" : Names.Capitalized(back.Name))}Input",
                    FieldConstraints.None,
                    () => [.. schema.FieldsOf(model).Scalars.Where(field => !IsKeyOf(back, field)).Select(Value)]
                )
        );
    }

    /// <summary>A key that the record holds is written by its relation, and a counted id by the database.</summary>
    public static bool IsWritable(ScalarField field) => !IsCountedId(field) && !IsKeyOfAnyRelation(field);

    public static bool IsCountedId(ScalarField field) => field.IsId && field.Type == ScalarType.Int && IsCounted(field);

    public static bool IsCounted(ScalarField field) => field.Default is FunctionDefault { Function: DefaultFunction.Autoincrement };

    public static bool IsKeyOf(RelationField? relation, ScalarField field) => relation is not null && relation.Fields.Contains(field);

    public static bool IsKeyOfAnyRelation(ScalarField field) => field.Model.RelationFields.Any(relation => relation.Fields.Contains(field));

    /// <summary>Whether every field that must have a value can get one.</summary>
    public static bool CanCreate(Model model) =>
        !model.IsView && !model.ScalarFields.Any(field => field.IsUnsupported && field.IsRequired && field.Default is null);

    private InputField Value(ScalarField field)
    {
        var value = schema.References.ValueOf(field);
        if (field.IsList)
        {
            return new InputField(field.Name, [List(field, value), value]);
        }

        var isRequired = field.IsRequired && field.Default is null && !field.IsUpdatedAt;
        if (field.Type == ScalarType.Json)
        {
            return new InputField(field.Name, [NullNames(field), value], isRequired);
        }

        return new InputField(field.Name, field.IsOptional ? [value, NullInputType.Instance] : [value], isRequired);
    }

    /// <summary>The nulls that a Json field takes: of the column where it may be absent, and of JSON.</summary>
    public static ConstantInputType NullNames(ScalarField field) =>
        field.IsRequired ? ReferenceTypes.JsonNullInput : ReferenceTypes.NullableJsonNullInput;

    private InputObjectType List(ScalarField field, InputType value) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.CreateList, field),
            () =>
                new InputObjectType(
                    $"{field.Model.Name}Create{field.Name}Input",
                    FieldConstraints.ExactlyOne,
                    () => [new InputField("set", [value], isRequired: true)]
                )
        );

    private InputField Relation(RelationField field, bool isUnchecked)
    {
        var type = schema.Cache.Get(
            new TypeKey(isUnchecked ? TypeFamily.UncheckedCreateRelation : TypeFamily.CreateRelation, field),
            () =>
                new InputObjectType(
                    field.Target.Name
                        + (isUnchecked ? "Unchecked" : "")
                        + (field.IsList ? "CreateNestedMany" : "CreateNestedOne")
                        + Names.Without(field.Opposite)
                        + "Input",
                    FieldConstraints.None,
                    () => [.. schema.Nested.Creates(field), schema.Nested.Connect(field)]
                )
        );
        var isRequired = field.IsRequired && !field.Fields.All(key => key.Default is not null);
        return new InputField(field.Name, [type], isRequired);
    }
}
