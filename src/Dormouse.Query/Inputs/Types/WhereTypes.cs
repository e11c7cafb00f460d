using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>Filters on records: <c>UserWhereInput</c>, <c>UserWhereUniqueInput</c>, <c>UserScalarWhereInput</c> and what they hold.</summary>
internal sealed class WhereTypes(QuerySchema schema)
{
    public InputObjectType Where(Model model) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.Where, model),
            () =>
                new InputObjectType(
                    model.Name + "WhereInput",
                    FieldConstraints.None,
                    () => [.. BooleanOperators(Where(model)), .. schema.FieldsOf(model).All.Select(field => FilterField(field, false))]
                )
                {
                    Filtered = model,
                }
        );

    /// <summary>Filters on scalar fields alone: of nested deleteMany and updateMany, and with aggregates of groupBy's having.</summary>
    public InputObjectType ScalarWhere(Model model, bool withAggregates) =>
        schema.Cache.Get(
            new TypeKey(withAggregates ? TypeFamily.ScalarWhereWithAggregates : TypeFamily.ScalarWhere, model),
            () =>
                new InputObjectType(
                    $"{model.Name}ScalarWhere{(withAggregates ? "WithAggregates" : "")}Input",
                    FieldConstraints.None,
                    () =>
                        [
                            .. BooleanOperators(ScalarWhere(model, withAggregates)),
                            .. schema.FieldsOf(model).Scalars.Select(field => FilterField(field, withAggregates)),
                        ]
                )
                {
                    Filtered = model,
                }
        );

    public InputObjectType WhereUnique(Model model) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.WhereUnique, model),
            () =>
            {
                var (single, compound) = UniqueFields(model);
                string[] names = [.. model.UniqueCriteria.Select(criterion => criterion.ClientName)];
                return new InputObjectType(
                    model.Name + "WhereUniqueInput",
                    new FieldConstraints(1, null, names),
                    () => WhereUniqueFields(model, single, compound)
                )
                {
                    Filtered = model,
                };
            }
        );

    private List<InputField> WhereUniqueFields(Model model, IReadOnlyList<ScalarField> single, IReadOnlyList<UniqueCriterion> compound)
    {
        List<InputField> fields = [.. single.Select(field => new InputField(field.Name, [schema.References.ValueOf(field)]))];
        fields.AddRange(compound.Select(criterion => new InputField(criterion.ClientName, [CompoundUnique(model, criterion)])));
        fields.AddRange(BooleanOperators(Where(model)));
        fields.AddRange(schema.FieldsOf(model).All.Where(field => !single.Contains(field)).Select(field => FilterField(field, false)));
        return fields;
    }

    /// <summary>Whether there is anything that identifies one record; a view may have nothing.</summary>
    public static bool HasUnique(Model model) => model.UniqueCriteria.Any();

    /// <summary>The fields that identify a record alone, in the order of fields; then the compound uniques, and last the compound id.</summary>
    private (IReadOnlyList<ScalarField> Single, IReadOnlyList<UniqueCriterion> Compound) UniqueFields(Model model)
    {
        var criteria = model.UniqueCriteria.ToList();
        var alone = criteria.Where(criterion => criterion.Fields.Count == 1).Select(criterion => criterion.Fields[0].Field).ToHashSet();
        return (
            [.. schema.FieldsOf(model).Scalars.Where(alone.Contains)],
            [.. criteria.Where(criterion => criterion.Fields.Count > 1).OrderBy(criterion => criterion.IsPrimaryKey)]
        );
    }

    private InputObjectType CompoundUnique(Model model, UniqueCriterion criterion)
    {
        var part = criterion.Name is { } name
            ? Names.Capitalized(name)
            : string.Concat(criterion.Fields.Select(item => Names.Capitalized(item.Field.Name)));
        return schema.Cache.Get(
            new TypeKey(TypeFamily.CompoundUnique, model, criterion.ClientName),
            () =>
                new InputObjectType(
                    $"{model.Name}{part}CompoundUniqueInput",
                    FieldConstraints.None,
                    () =>
                        [
                            .. criterion.Fields.Select(item => new InputField(
                                item.Field.Name,
                                [schema.References.ValueOf(item.Field)],
                                isRequired: true
                            )),
                        ]
                )
        );
    }

    private InputField[] BooleanOperators(InputObjectType where)
    {
        var list = schema.References.ListOf(where);
        return [new InputField("AND", [where, list]), new InputField("OR", [list]), new InputField("NOT", [where, list])];
    }

    private InputField FilterField(Field field, bool withAggregates)
    {
        List<InputType> types = field switch
        {
            RelationField { IsList: true } relation => [ToMany(relation.Target)],
            RelationField relation => [ToOne(relation.Target, relation.IsOptional), Where(relation.Target)],
            ScalarField { IsList: true } scalar => [schema.Filters.List(scalar)],
            ScalarField { Type: ScalarType.Json } scalar => [schema.Filters.Scalar(scalar, withAggregates)],
            ScalarField scalar => [schema.Filters.Scalar(scalar, withAggregates), schema.References.ValueOf(scalar)],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (field.IsOptional && field is not ScalarField { Type: ScalarType.Json })
        {
            types.Add(NullInputType.Instance);
        }

        return new InputField(field.Name, types);
    }

    private InputObjectType ToMany(Model target) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.ToManyFilter, target),
            () =>
                new InputObjectType(
                    Names.Capitalized(target.Name) + "ListRelationFilter",
                    FieldConstraints.None,
                    () =>
                    {
                        InputType[] where = [Where(target)];
                        return [new InputField("every", where), new InputField("some", where), new InputField("none", where)];
                    }
                )
        );

    private InputObjectType ToOne(Model target, bool isOptional) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.ToOneFilter, target, null, isOptional ? 1 : 0),
            () =>
                new InputObjectType(
                    $"{Names.Capitalized(target.Name)}{(isOptional ? "Nullable" : "")}ScalarRelationFilter",
                    FieldConstraints.None,
                    () =>
                    {
                        InputType[] where = isOptional ? [Where(target), NullInputType.Instance] : [Where(target)];
                        return [new InputField("is", where), new InputField("isNot", where)];
                    }
                )
        );
}
