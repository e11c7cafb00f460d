using Dormouse.Query.Documents;
using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs;

/// <summary>Validates a query document against the query schema.</summary>
internal sealed class OperationReader(QuerySchema querySchema, LiteralFacts facts, ParameterList parameters)
{
    private readonly LiteralFacts facts = facts;
    private readonly ParameterList parameters = parameters;

    public Operation Read(ObjectNode document)
    {
        var action = Text(document, "action");
        var modelName = Text(document, "modelName");
        if (
            !document.TryGet("query", out var query)
            || query is not ObjectNode { } parts
            || !parts.TryGet("selection", out var selection)
            || selection is not ObjectNode selected
            || !querySchema.Schema.TryGetModel(modelName, out var model)
        )
        {
            throw DocumentFailure.Malformed("it has no selection, or its model does not exist.");
        }

        return action switch
        {
            "findMany" => new Operation(
                OperationAction.FindMany,
                model,
                "findMany" + modelName,
                new InputObject("", []),
                ReadSelection(model, selected)
            ),
            _ => throw DocumentFailure.Malformed($"the action '{action}' is not supported yet."),
        };
    }

    private static Selection ReadSelection(Model model, ObjectNode selection)
    {
        _ = selection;
        return new Selection([.. model.ScalarFields.Where(f => !f.IsIgnored).Select(f => new SelectedScalar(f))]);
    }

    private static string Text(ObjectNode document, string name) =>
        document.TryGet(name, out var node) && node is TextNode text
            ? text.Value
            : throw DocumentFailure.Malformed($"'{name}' is missing.");
}
