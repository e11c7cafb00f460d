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

    public static IEnumerable<JsonNode> OperationsOf(JsonNode body) => body["batch"] is JsonArray batch ? batch.OfType<JsonNode>() : [body];
}
