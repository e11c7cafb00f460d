using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>What changes of records are made of, checked and unchecked as <see cref="CreateTypes"/>.</summary>
internal sealed class UpdateTypes(QuerySchema schema)
{
    /// <summary>The two forms, checked first.</summary>
    public InputType[] Both(Model model, RelationField? parent) => [Record(model, parent, false), Record(model, parent, true)];

    /// <summary>The two forms of updates of many records: scalars alone.</summary>
    public InputType[] BothOfMany(Model model, RelationField? parent) =>
        [
            schema.Cache.Get(
                new TypeKey(TypeFamily.UpdateMany, model),
                () =>
                    new InputObjectType(
                        model.Name + "UpdateManyMutationInput",
                        FieldConstraints.None,
                        () => [.. Scalars(model, null, false)]
                    )
            ),
            schema.Cache.Get(
                new TypeKey(TypeFamily.UncheckedUpdateMany, model, parent?.Opposite),
                () =>
                    new InputObjectType(
                        $"{model.Name}UncheckedUpdateMany{Names.Without(parent?.Opposite)}Input",
                        FieldConstraints.None,
                        () => [.. Scalars(model, parent?.Opposite, true)]
                    )
            ),
        ];

    private InputObjectType Record(Model model, RelationField? parent, bool isUnchecked)
    {
        var back = parent?.Opposite;
        return schema.Cache.Get(
            new TypeKey(isUnchecked ? TypeFamily.UncheckedUpdate : TypeFamily.Update, model, back),
            () =>
                new InputObjectType(
                    $"{model.Name}{(isUnchecked ? "Unchecked" : "")}Update{Names.Without(back)}Input",
                    FieldConstraints.None,
                    () =>
                        [
                            .. Scalars(model, back, isUnchecked),
                            .. schema
                                .FieldsOf(model)
                                .Relations.Where(field => !ReferenceEquals(field, back) && !(isUnchecked && field.IsForward))
                                .Select(field => Relation(field, isUnchecked)),
                        ]
                )
        );
    }

    private IEnumerable<InputField> Scalars(Model model, RelationField? back, bool isUnchecked) =>
        schema.FieldsOf(model).Scalars.Where(field => isUnchecked ? !CreateTypes.IsKeyOf(back, field) : IsWritable(field)).Select(Value);

    /// <summary>Changing a counted unique field would bring it into conflict with its sequence.</summary>
    private static bool IsWritable(ScalarField field) =>
        CreateTypes.IsWritable(field) && !(field.Type == ScalarType.Int && field.IsUnique && CreateTypes.IsCounted(field));

    private InputField Value(ScalarField field)
    {
        var value = schema.References.ValueOf(field);
        if (field.IsList)
        {
            return new InputField(field.Name, [List(field, value), value]);
        }

        if (field.Type == ScalarType.Json)
        {
            return new InputField(field.Name, [CreateTypes.NullNames(field), value]);
        }

        var operations = Operations(ScalarKind.Of(field), value, field.IsOptional);
        return new InputField(field.Name, field.IsOptional ? [value, operations, NullInputType.Instance] : [value, operations]);
    }

    private InputObjectType List(ScalarField field, InputType list) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.UpdateList, field),
            () =>
                new InputObjectType(
                    $"{field.Model.Name}Update{field.Name}Input",
                    FieldConstraints.ExactlyOne,
                    () => [new InputField("set", [list]), new InputField("push", [schema.References.ItemOf(ScalarKind.Of(field)), list])]
                )
        );

    /// <summary><c>set</c>, and for numbers what can be done to them.</summary>
    private InputObjectType Operations(ScalarKind kind, InputType value, bool isNullable) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.UpdateOperations, (object?)kind.Enum ?? kind.Type!, null, isNullable ? 1 : 0),
            () =>
                new InputObjectType(
                    $"{(isNullable ? "Nullable" : "")}{FilterTypes.FilterName(kind)}FieldUpdateOperationsInput",
                    FieldConstraints.ExactlyOne,
                    () =>
                    {
                        List<InputField> fields = [new("set", isNullable ? [value, NullInputType.Instance] : [value])];
                        if (kind.IsNumeric)
                        {
                            fields.AddRange(
                                ((string[])["increment", "decrement", "multiply", "divide"]).Select(name => new InputField(name, [value]))
                            );
                        }

                        return fields;
                    }
                )
        );

    private InputField Relation(RelationField field, bool isUnchecked)
    {
        var type = schema.Cache.Get(
            new TypeKey(isUnchecked ? TypeFamily.UncheckedUpdateRelation : TypeFamily.UpdateRelation, field),
            () =>
                new InputObjectType(
                    field.Target.Name
                        + (isUnchecked ? "UncheckedUpdate" : "Update")
                        + (
                            field.IsList ? "Many"
                            : field.IsRequired ? "OneRequired"
                            : "One"
                        )
                        + Names.Without(field.Opposite)
                        + "NestedInput",
                    FieldConstraints.None,
                    () => schema.Nested.Updates(field)
                )
        );
        return new InputField(field.Name, [type]);
    }
}
