using System.Text.Json;
using Dormouse.Query.Documents;
using Dormouse.Query.Failures;
using Dormouse.Query.Inputs.Faults;
using Dormouse.Query.Inputs.Reading;
using Dormouse.Query.Inputs.Types;
using Dormouse.Query.Json;
using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs;

/// <summary>
/// Validates a query document against the query schema. What compilers may rely on:
/// <list type="bullet">
/// <item>Arguments and fields are in the document, none is unknown, required ones are there, unions are decided.</item>
/// <item>Where the type is a value or a list of such (AND, NOT, orderBy, distinct, by, create, connect, push …), there is always a list:
/// an <see cref="InputList"/>, or for scalars an <see cref="InputScalar"/> with IsList.</item>
/// <item>The short form of a filter (<c>{"age": 3}</c>) stays an InputScalar or InputNull in the filter object's place, a related
/// record's filter without <c>is</c> an InputObject of type <c>…WhereInput</c>.</item>
/// <item>Defaults are not added; the fields of an object are in the order of the document.</item>
/// </list>
/// </summary>
/// <param name="maxErrorBytes">About as large an error may become.</param>
internal sealed class OperationReader(QuerySchema querySchema, LiteralFacts facts, ParameterList parameters, int maxErrorBytes)
{
    public Operation Read(ObjectNode document)
    {
        TaggedLiterals.Check(facts.Literals);
        var action = Text(document, "action") ?? throw DocumentFailure.Malformed("'action' is missing.");
        var modelName = Text(document, "modelName");
        if (!document.TryGet("query", out var query) || query is not ObjectNode parts)
        {
            throw DocumentFailure.Malformed("'query' is missing.");
        }

        SelectionReader.CheckForm(parts);

        if (Find(querySchema, action, modelName) is not var (known, model, operation))
        {
            throw Unknown(action, modelName);
        }

        var reader = new SelectionReader(new ArgumentReader(facts, querySchema.Schema, maxErrorBytes));
        var (arguments, selection) = reader.ReadField(operation, parts, new DocumentPath(null, operation.Name));
        Acceptance.Settle(arguments, selection, parameters);
        var isCount = operation.ObjectType == OutputTypes.AffectedRows;
        return new Operation(known, model, operation.Name, arguments, isCount ? Selection.Empty : selection);
    }

    /// <summary>What is said of a query whose operation there is not; null where there is, or where one cannot tell.</summary>
    public static PlanException? UnknownOperation(ReadOnlyMemory<byte> query, QuerySchema querySchema)
    {
        try
        {
            using var document = JsonDocument.Parse(query, new JsonDocumentOptions { MaxDepth = JsonValues.MaxDepth });
            return Member("action") is { } action && Find(querySchema, action, Member("modelName")) is null
                ? Unknown(action, Member("modelName"))
                : null;

            string? Member(string name) =>
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                    ? value.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (OperationAction Action, Model? Model, OutputField Operation)? Find(
        QuerySchema querySchema,
        string action,
        string? modelName
    )
    {
        if (OperationActions.TryParse(action, out var known))
        {
            if (modelName is null && OperationTypes.Make(action) is { } raw)
            {
                return (known, null, raw);
            }

            if (
                modelName is not null
                && querySchema.Schema.TryGetModel(modelName, out var model)
                && !model.IsIgnored
                && querySchema.TryGetOperation(action, model, out var operation)
            )
            {
                return (known, model, operation);
            }
        }

        return null;
    }

    private static PlanException Unknown(string action, string? modelName) =>
        PlanFailure.Plain(
            $"Operation '{FailureText.Cut(action)}' for model '{FailureText.Cut(modelName ?? "None")}' does not match any query."
        );

    private static string? Text(ObjectNode document, string name) =>
        !document.TryGet(name, out var node) || node is NullNode ? null
        : node is TextNode text ? text.Value
        : throw DocumentFailure.Malformed($"'{name}' is no text.");
}
