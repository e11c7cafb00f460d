using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The records of answers.</summary>
internal sealed class OutputTypes(QuerySchema schema)
{
    private readonly AggregateTypes aggregates = new(schema);

    public AggregateTypes Aggregates => aggregates;

    public OutputObjectType Record(Model model) =>
        schema.Cache.Get(new TypeKey(TypeFamily.Where, model, "record"), () => new OutputObjectType(model.Name, () => RecordFields(model)));

    /// <summary>The answer of writes that tell a number only.</summary>
    public static OutputObjectType AffectedRows { get; } =
        new("AffectedRowsOutput", () => [new OutputField("count", OutputKind.Scalar, "Int")]);

    /// <summary>The records of createManyAndReturn and updateManyAndReturn: scalars and the relations whose key they hold.</summary>
    public OutputObjectType Returned(Model model, string verb) =>
        schema.Cache.Get(
            new TypeKey(TypeFamily.Where, model, verb),
            () =>
                new OutputObjectType(
                    $"{verb}{model.Name}AndReturnOutputType",
                    () =>
                        [
                            .. schema.FieldsOf(model).Scalars.Select(ScalarOutput),
                            .. schema.FieldsOf(model).Relations.Where(field => field.IsForward).Select(RelationOutput),
                        ]
                )
        );

    private List<OutputField> RecordFields(Model model)
    {
        var visible = schema.FieldsOf(model);
        List<OutputField> fields = [.. visible.Scalars.Select(ScalarOutput), .. visible.Relations.Select(RelationOutput)];
        var lists = visible.Relations.Where(field => field.IsList).ToList();
        if (lists.Count > 0)
        {
            var counts = new OutputObjectType(
                Names.Capitalized(model.Name) + "CountOutputType",
                () =>
                    [
                        .. lists.Select(field => new OutputField(
                            field.Name,
                            OutputKind.RelationCount,
                            "Int",
                            () => [schema.Arguments.Where(field.Target)]
                        )
                        {
                            Field = field,
                        }),
                    ]
            );
            fields.Add(new OutputField("_count", OutputKind.RelationCounts, counts.Name) { ObjectType = counts });
        }

        return fields;
    }

    public static OutputField ScalarOutput(ScalarField field) =>
        new(field.Name, OutputKind.Scalar, field.TypeName + (field.IsList ? "[]" : "")) { Field = field, IsNullable = !field.IsRequired };

    private OutputField RelationOutput(RelationField field) =>
        new(field.Name, OutputKind.Relation, field.Target.Name + (field.IsList ? "[]" : ""), () => schema.Arguments.Relation(field))
        {
            Field = field,
            IsNullable = !field.IsRequired,
            ObjectType = Record(field.Target),
        };
}
