using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The operations of a model as fields of the query schema's root.</summary>
internal static class OperationTypes
{
    /// <summary>Null where there is no such action, or the model does not offer it.</summary>
    public static OutputField? Make(QuerySchema schema, string action, Model model)
    {
        var arguments = schema.Arguments;
        return action switch
        {
            "findUnique" => Record(schema, "findUnique" + model.Name, model, () => arguments.Unique(model)),
            "findUniqueOrThrow" => Record(schema, $"findUnique{model.Name}OrThrow", model, () => arguments.Unique(model)),
            "findFirst" => Record(schema, "findFirst" + model.Name, model, () => arguments.Many(model)),
            "findFirstOrThrow" => Record(schema, $"findFirst{model.Name}OrThrow", model, () => arguments.Many(model)),
            "findMany" => Of("findMany" + model.Name, schema.Outputs.Record(model), isList: true, () => arguments.Many(model)),
            "aggregate" => Of(
                "aggregate" + model.Name,
                schema.Outputs.Aggregates.Aggregate(model),
                isList: false,
                () => arguments.Page(model)
            ),
            "groupBy" => Of("groupBy" + model.Name, schema.Outputs.Aggregates.GroupBy(model), isList: true, () => arguments.GroupBy(model)),
            _ => null,
        };
    }

    private static OutputField Record(QuerySchema schema, string name, Model model, Func<IReadOnlyList<InputField>> arguments) =>
        Of(name, schema.Outputs.Record(model), isList: false, arguments);

    private static OutputField Of(string name, OutputObjectType type, bool isList, Func<IReadOnlyList<InputField>> arguments) =>
        new(name, OutputKind.Operation, isList ? type.Name + "[]" : type.Name, arguments) { ObjectType = type };
}
