using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>
/// Brings lists of records whose order nobody asked for into the order of their content, so that the same records compare equal. A list
/// that an operation orders keeps its order.
/// </summary>
internal sealed class AnswerOrder(SchemaBlueprint schema)
{
    /// <summary>The answer to a body, in place.</summary>
    public void Settle(JsonNode? answer, JsonNode body)
    {
        JsonNode[] operations = [.. Step.OperationsOf(body)];
        JsonNode?[] answers = answer?["batchResult"] is JsonArray batch ? [.. batch] : [answer];
        foreach ((JsonNode operation, JsonNode? one) in operations.Zip(answers))
        {
            if (one is JsonObject && one["data"] is JsonObject data && schema.Models.FirstOrDefault(IsNamed(operation)) is { } model)
            {
                foreach ((string key, JsonNode? value) in data.ToArray())
                {
                    data[key] = Settled(value, model, operation["query"], operation["action"]?.ToString());
                }
            }
        }
    }

    private static Func<ModelBlueprint, bool> IsNamed(JsonNode operation) => model => model.Name == operation["modelName"]?.ToString();

    private JsonNode? Settled(JsonNode? value, ModelBlueprint model, JsonNode? query, string? action)
    {
        JsonNode? selection = (query as JsonObject)?["selection"];
        switch (value)
        {
            case JsonArray list:
                JsonNode?[] records = [.. list.Select(record => Settled(record, model, query, action))];
                bool ordered = IsOrdered(model, (query as JsonObject)?["arguments"] as JsonObject, action) && !HasGenerated(records);
                return new JsonArray([.. ordered ? records.AsEnumerable() : records.OrderBy(Canonical.TextOf, StringComparer.Ordinal)]);
            case JsonObject record:
                return new JsonObject(record.Select(member => KeyValuePair.Create(member.Key, Member(member, model, selection))));
            default:
                return value?.DeepClone();
        }
    }

    private JsonNode? Member(KeyValuePair<string, JsonNode?> member, ModelBlueprint model, JsonNode? selection)
    {
        RelationEnd? end = schema.EndsOf(model.Name).FirstOrDefault(end => end.Name == member.Key);
        return end is null
            ? member.Value?.DeepClone()
            : Settled(member.Value, schema.Model(end.Other), (selection as JsonObject)?[member.Key], null);
    }

    private static bool IsOrdered(ModelBlueprint model, JsonObject? arguments, string? action)
    {
        if (arguments is null)
        {
            return false;
        }
        IEnumerable<string?> parts = action == "groupBy" ? TextsOf(arguments["by"]) : model.Id.Fields;
        JsonObject[] order = arguments["orderBy"] switch
        {
            JsonArray list => [.. list.OfType<JsonObject>()],
            JsonObject one => [one],
            _ => [],
        };
        HashSet<string> fields = [.. order.SelectMany(one => one.Select(member => member.Key))];
        // The engine orders pages by the id where the order leaves records equal.
        bool pages =
            action != "groupBy" && (arguments.ContainsKey("take") || arguments.ContainsKey("skip") || arguments.ContainsKey("cursor"));
        return pages || parts.All(part => part is not null && fields.Contains(part));
    }

    private static IEnumerable<string?> TextsOf(JsonNode? node) =>
        node is JsonArray list ? list.Select(item => item?.ToString()) : [node?.ToString()];

    // A generated id stands elsewhere in an order on each side.
    private static bool HasGenerated(JsonNode?[] records) =>
        records.Any(record => record is not null && Canonical.TextOf(record).Contains("\"<", StringComparison.Ordinal));
}
