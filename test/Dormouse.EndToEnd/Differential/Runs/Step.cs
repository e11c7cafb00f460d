using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>
/// What is sent and answered before the sides are compared again: one request with an operation or a batch, or an interactive
/// transaction. It is JSON throughout, so that it can be made smaller without knowing what it means.
/// </summary>
internal sealed record Step(JsonObject Json)
{
    private static readonly string[] Reading =
    [
        "findMany",
        "findFirst",
        "findFirstOrThrow",
        "findUnique",
        "findUniqueOrThrow",
        "aggregate",
        "groupBy",
        "queryRaw",
    ];

    public static Step Of(JsonObject body) => new(new JsonObject { ["send"] = new JsonArray(body) });

    public static Step Transaction(JsonArray bodies, string? isolation, string end)
    {
        JsonObject start = new() { ["max_wait"] = 20_000, ["timeout"] = 60_000 };
        if (isolation is not null)
        {
            start["isolation_level"] = isolation;
        }
        return new Step(
            new JsonObject
            {
                ["start"] = start,
                ["send"] = bodies,
                ["end"] = end,
            }
        );
    }

    public bool IsInteractive => Json["start"] is not null;

    public JsonNode? Start => Json["start"];

    public string End => Json["end"]?.GetValue<string>() ?? "commit";

    /// <summary>The bodies of the requests, in their order.</summary>
    public IReadOnlyList<JsonNode> Bodies => [.. Json["send"]!.AsArray().OfType<JsonNode>()];

    /// <summary>All operations, also those in batches.</summary>
    public IEnumerable<JsonNode> Operations => Bodies.SelectMany(OperationsOf);

    /// <summary>Whether it may change rows.</summary>
    public bool Writes => Operations.Any(operation => !Reading.Contains(operation["action"]?.ToString()));

    /// <summary>
    /// Whether it takes the first of records in no order while relations are counted: which record that is depends on how PostgreSQL joins
    /// the numbers, and the sides ask for them in different words.
    /// </summary>
    public bool TakesAnyRecord =>
        Operations.Any(operation =>
            operation["action"]?.ToString() is "findFirst" or "findFirstOrThrow"
            && operation["query"]?["arguments"]?["orderBy"] is null or JsonArray { Count: 0 } or JsonObject { Count: 0 }
            && operation["query"]?["selection"]?.ToJsonString().Contains("\"_count\"", StringComparison.Ordinal) == true
        );

    public static IEnumerable<JsonNode> OperationsOf(JsonNode body) => body["batch"] is JsonArray batch ? batch.OfType<JsonNode>() : [body];
}
