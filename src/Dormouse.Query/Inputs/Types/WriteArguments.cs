using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The arguments of operations that write.</summary>
internal sealed class WriteArguments(QuerySchema schema)
{
    public IReadOnlyList<InputField> CreateOne(Model model)
    {
        var isRequired = schema.FieldsOf(model).All.Any(field => field.IsRequired && field is not ScalarField { Default: not null });
        return [new InputField("data", schema.Creates.Both(model, null), isRequired), .. schema.Arguments.LoadStrategy()];
    }

    public IReadOnlyList<InputField> UpsertOne(Model model) =>
        [
            schema.Arguments.WhereUnique(model),
            new InputField("create", schema.Creates.Both(model, null), isRequired: true),
            new InputField("update", schema.Updates.Both(model, null), isRequired: true),
            .. schema.Arguments.LoadStrategy(),
        ];

    public IReadOnlyList<InputField> CreateMany(Model model) => schema.Nested.ManyFields(schema.Creates.Many(model, null));

    public IReadOnlyList<InputField> DeleteOne(Model model) => schema.Arguments.Unique(model);

    public IReadOnlyList<InputField> UpdateOne(Model model) =>
        [
            new InputField("data", schema.Updates.Both(model, null), isRequired: true),
            schema.Arguments.WhereUnique(model),
            .. schema.Arguments.LoadStrategy(),
        ];

    public IReadOnlyList<InputField> UpdateMany(Model model) =>
        [
            new InputField("data", schema.Updates.BothOfMany(model, null), isRequired: true),
            schema.Arguments.Where(model),
            ArgumentLists.Limit(),
        ];

    public IReadOnlyList<InputField> DeleteMany(Model model) => [schema.Arguments.Where(model), ArgumentLists.Limit()];
}
