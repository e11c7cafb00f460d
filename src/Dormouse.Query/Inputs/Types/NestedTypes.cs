using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>What can be done to related records within a create or update.</summary>
internal sealed class NestedTypes(QuerySchema schema)
{
    private static readonly InputType[] Flag = [ReferenceTypes.Boolean];

    /// <summary>create, connectOrCreate and createMany, where new related records can be made.</summary>
    public IEnumerable<InputField> Creates(RelationField field)
    {
        if (CreateTypes.CanCreate(field.Target))
        {
            yield return Create(field);
            yield return new InputField("connectOrCreate", OneOrMany(field, ConnectOrCreate(field)));
            if (CreateMany(field) is { } many)
            {
                yield return many;
            }
        }
    }

    public InputField Connect(RelationField field) => UniqueField("connect", field);

    /// <summary>All that an update offers, in the engine's order.</summary>
    public List<InputField> Updates(RelationField field)
    {
        var fields = new List<InputField>();
        if (CreateTypes.CanCreate(field.Target))
        {
            fields.Add(Create(field));
            fields.Add(new InputField("connectOrCreate", OneOrMany(field, ConnectOrCreate(field))));
            fields.Add(new InputField("upsert", OneOrMany(field, Upsert(field))));
            if (CreateMany(field) is { } many)
            {
                fields.Add(many);
            }
        }

        if (field.IsList)
        {
            fields.Add(UniqueField("set", field));
            fields.Add(UniqueField("disconnect", field));
            fields.Add(UniqueField("delete", field));
        }
        else if (field.IsOptional)
        {
            InputType[] which = [.. Flag, schema.Wheres.Where(field.Target)];
            fields.Add(new InputField("disconnect", which));
            fields.Add(new InputField("delete", which));
        }

        fields.Add(Connect(field));
        fields.Add(Update(field));
        if (field.IsList)
        {
            fields.Add(new InputField("updateMany", OneOrMany(field, UpdateMany(field))));
            fields.Add(new InputField("deleteMany", OneOrMany(field, schema.Wheres.ScalarWhere(field.Target, withAggregates: false))));
        }

        return fields;
    }

    /// <summary>The whole of createMany: the records, and whether those that are there already are left out.</summary>
    public List<InputField> ManyFields(InputObjectType record) =>
        [new InputField("data", [record, schema.References.ListOf(record)], isRequired: true), new InputField("skipDuplicates", Flag)];

    private InputField Create(RelationField field) =>
        new("create", [.. schema.Creates.Both(field.Target, field).SelectMany(type => OneOrMany(field, type))]);

    /// <summary>Only where the new records hold the key: the ids of records made at once are not known.</summary>
    private InputField? CreateMany(RelationField field)
    {
        if (!field.IsList || field.Relation.Kind == RelationKind.ManyToMany)
        {
            return null;
        }

        var record = schema.Creates.Many(field.Target, field);
        var envelope = schema.Cache.Get(
            new TypeKey(TypeFamily.CreateManyEnvelope, field),
            () => new InputObjectType(record.Name + "Envelope", FieldConstraints.None, () => ManyFields(record))
        );
        return new InputField("createMany", [envelope]);
    }

    private InputObjectType ConnectOrCreate(RelationField field) =>
        Pair(
            TypeFamily.ConnectOrCreate,
            field,
            "CreateOrConnect",
            () => [schema.Arguments.WhereUnique(field.Target), Required("create", schema.Creates.Both(field.Target, field))]
        );

    private InputObjectType Upsert(RelationField field) =>
        field.IsList
            ? Pair(
                TypeFamily.UpsertWithWhereUnique,
                field,
                "UpsertWithWhereUnique",
                () =>
                    [
                        schema.Arguments.WhereUnique(field.Target),
                        Required("update", schema.Updates.Both(field.Target, field)),
                        Required("create", schema.Creates.Both(field.Target, field)),
                    ]
            )
            : Pair(
                TypeFamily.UpsertWithout,
                field,
                "Upsert",
                () =>
                    [
                        Required("update", schema.Updates.Both(field.Target, field)),
                        Required("create", schema.Creates.Both(field.Target, field)),
                        schema.Arguments.Where(field.Target),
                    ]
            );

    private InputField Update(RelationField field)
    {
        var data = schema.Updates.Both(field.Target, field);
        if (!field.IsList)
        {
            var filtered = Pair(
                TypeFamily.UpdateToOneWithWhere,
                field,
                "UpdateToOneWithWhere",
                () => [schema.Arguments.Where(field.Target), Required("data", data)]
            );
            return new InputField("update", [filtered, .. data]);
        }

        var pair = Pair(
            TypeFamily.UpdateWithWhereUnique,
            field,
            "UpdateWithWhereUnique",
            () => [schema.Arguments.WhereUnique(field.Target), Required("data", data)]
        );
        return new InputField("update", OneOrMany(field, pair));
    }

    private InputObjectType UpdateMany(RelationField field) =>
        Pair(
            TypeFamily.UpdateManyWithWhere,
            field,
            "UpdateManyWithWhere",
            () =>
                [
                    Required("where", [schema.Wheres.ScalarWhere(field.Target, withAggregates: false)]),
                    Required("data", schema.Updates.BothOfMany(field.Target, field)),
                ]
        );

    /// <summary>Which related records, and what is to be done with them.</summary>
    private InputObjectType Pair(TypeFamily family, RelationField field, string verb, Func<IReadOnlyList<InputField>> fields) =>
        schema.Cache.Get(
            new TypeKey(family, field),
            () => new InputObjectType($"{field.Target.Name}{verb}{Names.Without(field.Opposite)}Input", FieldConstraints.None, fields)
        );

    private InputField UniqueField(string name, RelationField field) =>
        new(name, OneOrMany(field, schema.Wheres.WhereUnique(field.Target)));

    private InputType[] OneOrMany(RelationField field, InputType type) => field.IsList ? [type, schema.References.ListOf(type)] : [type];

    private static InputField Required(string name, IReadOnlyList<InputType> types) => new(name, types, isRequired: true);
}
