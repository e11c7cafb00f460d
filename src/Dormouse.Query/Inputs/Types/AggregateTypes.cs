using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The answers of aggregate and groupBy.</summary>
internal sealed class AggregateTypes(QuerySchema schema)
{
    public OutputObjectType Aggregate(Model model) => new("Aggregate" + Names.Capitalized(model.Name), () => AggregateFields(model));

    public OutputObjectType GroupBy(Model model) =>
        new(
            Names.Capitalized(model.Name) + "GroupByOutputType",
            () => [.. schema.FieldsOf(model).Scalars.Select(OutputTypes.ScalarOutput), .. AggregateFields(model)]
        );

    /// <summary>Whether a field has a smallest and a largest value.</summary>
    public static bool IsComparable(ScalarField field) => !field.IsList && field.Type != ScalarType.Json;

    private List<OutputField> AggregateFields(Model model)
    {
        var scalars = schema.FieldsOf(model).Scalars;
        var numeric = scalars.Where(field => ScalarKind.Of(field).IsNumeric).ToList();
        var comparable = scalars.Where(IsComparable).ToList();
        var fields = new List<OutputField>
        {
            Field(
                model,
                "_count",
                "Count",
                () =>
                    [
                        .. scalars.Select(field => new OutputField(field.Name, OutputKind.Scalar, "Int") { Field = field }),
                        new OutputField("_all", OutputKind.Scalar, "Int"),
                    ]
            ),
        };
        Add(fields, model, "_avg", "Avg", numeric, Average);
        Add(fields, model, "_sum", "Sum", numeric, Same);
        Add(fields, model, "_min", "Min", comparable, Same);
        Add(fields, model, "_max", "Max", comparable, Same);
        return fields;
    }

    private static void Add(
        List<OutputField> fields,
        Model model,
        string name,
        string part,
        List<ScalarField> aggregated,
        Func<ScalarField, OutputField> map
    )
    {
        if (aggregated.Count > 0)
        {
            fields.Add(Field(model, name, part, () => [.. aggregated.Select(map)]));
        }
    }

    private static OutputField Field(Model model, string name, string part, Func<IReadOnlyList<OutputField>> fields)
    {
        var type = new OutputObjectType($"{Names.Capitalized(model.Name)}{part}AggregateOutputType", fields);
        return new OutputField(name, OutputKind.Aggregate, type.Name) { ObjectType = type, IsNullable = true };
    }

    private static OutputField Average(ScalarField field) =>
        new(field.Name, OutputKind.Scalar, field.Type == ScalarType.Decimal ? "Decimal" : "Float") { Field = field, IsNullable = true };

    private static OutputField Same(ScalarField field) =>
        new(field.Name, OutputKind.Scalar, field.TypeName + (field.IsList ? "[]" : "")) { Field = field, IsNullable = true };
}
