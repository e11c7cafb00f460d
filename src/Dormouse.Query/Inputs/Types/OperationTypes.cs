using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The operations of a model as fields of the query schema's root.</summary>
internal static class OperationTypes
{
    private static readonly OutputField QueryRaw = Raw("queryRaw", "Json");
    private static readonly OutputField ExecuteRaw = Raw("executeRaw", "Json");

    /// <summary>The operations that belong to no model.</summary>
    public static OutputField? Make(string action) =>
        action switch
        {
            "queryRaw" => QueryRaw,
            "executeRaw" => ExecuteRaw,
            _ => null,
        };

    /// <summary>Null where there is no such action, or the model does not offer it.</summary>
    public static OutputField? Make(QuerySchema schema, string action, Model model) =>
        MakeRead(schema, action, model) ?? (model.IsView ? null : MakeWrite(schema, action, model));

    private static OutputField? MakeRead(QuerySchema schema, string action, Model model)
    {
        var arguments = schema.Arguments;
        return action switch
        {
            "findUnique" or "findUniqueOrThrow" when !WhereTypes.HasUnique(model) => null,
            "findUnique" => Found(schema, "findUnique" + model.Name, model, () => arguments.Unique(model)),
            "findUniqueOrThrow" => Found(schema, $"findUnique{model.Name}OrThrow", model, () => arguments.Unique(model)),
            "findFirst" => Found(schema, "findFirst" + model.Name, model, () => arguments.Many(model)),
            "findFirstOrThrow" => Found(schema, $"findFirst{model.Name}OrThrow", model, () => arguments.Many(model)),
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

    private static OutputField? MakeWrite(QuerySchema schema, string action, Model model)
    {
        var arguments = schema.WriteArguments;
        return action switch
        {
            "createOne" or "createMany" or "createManyAndReturn" or "upsertOne" when !CreateTypes.CanCreate(model) => null,
            "createOne" => Made(schema, "createOne" + model.Name, model, () => arguments.CreateOne(model)),
            "upsertOne" => Made(schema, "upsertOne" + model.Name, model, () => arguments.UpsertOne(model)),
            "createMany" => Count("createMany" + model.Name, () => arguments.CreateMany(model)),
            "createManyAndReturn" => Of(
                $"createMany{model.Name}AndReturn",
                schema.Outputs.Returned(model, "CreateMany"),
                isList: true,
                () => arguments.CreateMany(model)
            ),
            "deleteOne" => Found(schema, "deleteOne" + model.Name, model, () => arguments.DeleteOne(model)),
            "updateOne" => Found(schema, "updateOne" + model.Name, model, () => arguments.UpdateOne(model)),
            "updateMany" => Count("updateMany" + model.Name, () => arguments.UpdateMany(model)),
            "updateManyAndReturn" => Of(
                $"updateMany{model.Name}AndReturn",
                schema.Outputs.Returned(model, "UpdateMany"),
                isList: true,
                () => arguments.UpdateMany(model)
            ),
            "deleteMany" => Count("deleteMany" + model.Name, () => arguments.DeleteMany(model)),
            _ => null,
        };
    }

    private static OutputField Raw(string name, string type) =>
        new(
            name,
            OutputKind.Operation,
            type,
            () =>
                [
                    new InputField("query", [ReferenceTypes.Text], isRequired: true),
                    new InputField("parameters", [RawParametersInputType.Instance]),
                ]
        );

    /// <summary>A record that may not be there.</summary>
    private static OutputField Found(QuerySchema schema, string name, Model model, Func<IReadOnlyList<InputField>> arguments) =>
        Of(name, schema.Outputs.Record(model), isList: false, arguments, isNullable: true);

    private static OutputField Made(QuerySchema schema, string name, Model model, Func<IReadOnlyList<InputField>> arguments) =>
        Of(name, schema.Outputs.Record(model), isList: false, arguments);

    private static OutputField Count(string name, Func<IReadOnlyList<InputField>> arguments) =>
        Of(name, OutputTypes.AffectedRows, isList: false, arguments);

    private static OutputField Of(
        string name,
        OutputObjectType type,
        bool isList,
        Func<IReadOnlyList<InputField>> arguments,
        bool isNullable = false
    ) => new(name, OutputKind.Operation, isList ? type.Name + "[]" : type.Name, arguments) { ObjectType = type, IsNullable = isNullable };
}
