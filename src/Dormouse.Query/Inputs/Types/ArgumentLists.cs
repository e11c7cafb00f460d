using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The arguments of operations and of selected relations.</summary>
internal sealed class ArgumentLists(QuerySchema schema)
{
    private static readonly InputType[] Number = [ReferenceTypes.Int];

    /// <summary>Of findMany and its kin.</summary>
    public IReadOnlyList<InputField> Many(Model model) => [.. ToMany(model), .. LoadStrategy()];

    /// <summary>Of a selected list of related records.</summary>
    public IReadOnlyList<InputField> ToMany(Model model)
    {
        var names = schema.References.FieldNames(model, schema.FieldsOf(model));
        return [.. Page(model), new InputField("distinct", [names, schema.References.ListOf(names)])];
    }

    /// <summary>Of aggregate: findMany's without distinct.</summary>
    public IReadOnlyList<InputField> Page(Model model)
    {
        var order = schema.Orders.ByRelation(model);
        List<InputField> page = [Where(model), new InputField("orderBy", [schema.References.ListOf(order), order])];
        if (WhereTypes.HasUnique(model))
        {
            page.Add(new InputField("cursor", [schema.Wheres.WhereUnique(model)]));
        }

        page.Add(new InputField("take", Number));
        page.Add(new InputField("skip", Number));
        return page;
    }

    /// <summary>Of a selected related record: it can be filtered away only where it may be absent.</summary>
    public IReadOnlyList<InputField> Relation(RelationField field) =>
        field.IsList ? ToMany(field.Target)
        : field.IsOptional ? [Where(field.Target)]
        : [];

    public IReadOnlyList<InputField> Unique(Model model) => [WhereUnique(model), .. LoadStrategy()];

    public IReadOnlyList<InputField> GroupBy(Model model)
    {
        var order = schema.Orders.ByAggregation(model);
        var names = schema.References.FieldNames(model, schema.FieldsOf(model));
        return
        [
            Where(model),
            new InputField("orderBy", [schema.References.ListOf(order), order]),
            new InputField("by", [schema.References.ListOf(names), names], isRequired: true),
            new InputField("having", [schema.Wheres.ScalarWhere(model, withAggregates: true)]),
            new InputField("take", Number),
            new InputField("skip", Number),
        ];
    }

    public InputField Where(Model model) => new("where", [schema.Wheres.Where(model)]);

    public InputField WhereUnique(Model model) => new("where", [schema.Wheres.WhereUnique(model)], isRequired: true);

    public static InputField Limit() => new("limit", Number);

    public IReadOnlyList<InputField> LoadStrategy() =>
        schema.HasRelationJoins ? [new InputField("relationLoadStrategy", [ReferenceTypes.RelationLoadStrategy])] : [];
}
