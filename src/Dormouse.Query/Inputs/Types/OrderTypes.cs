using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>Orders of records: by scalars, by related records, by aggregates, by relevance.</summary>
internal sealed class OrderTypes(QuerySchema schema)
{
    private static readonly InputType[] Sort = [ReferenceTypes.SortOrder];

    private static readonly InputType[] SortWithNulls =
    [
        ReferenceTypes.SortOrder,
        new InputObjectType(
            "SortOrderInput",
            FieldConstraints.None,
            () => [new InputField("sort", Sort, isRequired: true), new InputField("nulls", [ReferenceTypes.NullsOrder])]
        ),
    ];

    /// <summary><c>UserOrderByWithRelationInput</c></summary>
    public InputObjectType ByRelation(Model model) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.OrderByRelation, model),
            () => new InputObjectType(model.Name + "OrderByWithRelationInput", FieldConstraints.AtMostOne, () => RelationFields(model))
        );

    /// <summary><c>UserOrderByWithAggregationInput</c>, of groupBy.</summary>
    public InputObjectType ByAggregation(Model model) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.OrderByAggregation, model),
            () =>
                new InputObjectType(model.Name + "OrderByWithAggregationInput", FieldConstraints.AtMostOne, () => AggregationFields(model))
        );

    private List<InputField> RelationFields(Model model)
    {
        var visible = schema.FieldsOf(model);
        List<InputField> fields = [.. visible.Scalars.Select(SortField)];
        foreach (var relation in visible.Relations)
        {
            fields.Add(new InputField(relation.Name, [relation.IsList ? CountOf(relation.Target) : ByRelation(relation.Target)]));
        }

        var texts = visible.Scalars.Where(field => field.Type == ScalarType.String).ToList();
        if (schema.HasFullTextSearch && texts.Count > 0)
        {
            fields.Add(new InputField("_relevance", [Relevance(model, texts)]));
        }

        return fields;
    }

    private List<InputField> AggregationFields(Model model)
    {
        var scalars = schema.FieldsOf(model).Scalars;
        List<InputField> fields = [.. scalars.Select(SortField)];
        var numeric = scalars.Where(field => ScalarKind.Of(field).IsNumeric).ToList();
        var comparable = scalars.Where(AggregateTypes.IsComparable).ToList();
        AddAggregate(fields, model, "_count", "Count", scalars);
        AddAggregate(fields, model, "_avg", "Avg", numeric);
        AddAggregate(fields, model, "_max", "Max", comparable);
        AddAggregate(fields, model, "_min", "Min", comparable);
        AddAggregate(fields, model, "_sum", "Sum", numeric);
        return fields;
    }

    private void AddAggregate(List<InputField> fields, Model model, string name, string suffix, IReadOnlyList<ScalarField> sorted)
    {
        if (sorted.Count == 0)
        {
            return;
        }

        var type = schema.Cache.Get(
            new TypeKey(TypeFamily.OrderByAggregate, model, suffix),
            () =>
                new InputObjectType(
                    $"{model.Name}{suffix}OrderByAggregateInput",
                    FieldConstraints.ExactlyOne,
                    () => [.. sorted.Select(field => new InputField(field.Name, Sort))]
                )
        );
        fields.Add(new InputField(name, [type]));
    }

    private static InputField SortField(ScalarField field) => new(field.Name, field.IsOptional ? SortWithNulls : Sort);

    private InputObjectType CountOf(Model target) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.OrderByRelationAggregate, target),
            () =>
                new InputObjectType(
                    target.Name + "OrderByRelationAggregateInput",
                    FieldConstraints.ExactlyOne,
                    () => [new InputField("_count", Sort)]
                )
        );

    private InputObjectType Relevance(Model model, IReadOnlyList<ScalarField> texts) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.OrderByRelevance, model),
            () =>
                new InputObjectType(
                    model.Name + "OrderByRelevanceInput",
                    FieldConstraints.None,
                    () =>
                    {
                        var names = new ConstantInputType(model.Name + "OrderByRelevanceFieldEnum", [.. texts.Select(field => field.Name)]);
                        return
                        [
                            new InputField("fields", [names, schema.References.ListOf(names)], isRequired: true),
                            new InputField("sort", Sort, isRequired: true),
                            new InputField("search", [ReferenceTypes.Text], isRequired: true),
                        ];
                    }
                )
        );
}
