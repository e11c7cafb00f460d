using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>All ways to make a JSON tree a little smaller: without one member, without one item, with one item in place of its list.</summary>
internal static class JsonReductions
{
    // Without these a request is none.
    private static readonly string[] Needed = ["modelName", "action", "query", "arguments", "selection", "send"];

    /// <summary>Smaller trees, larger steps first.</summary>
    public static IEnumerable<JsonArray> Of(JsonArray tree) => Of((JsonNode)tree).OfType<JsonArray>().Where(smaller => smaller.Count > 0);

    private static bool HoldsOperations(JsonArray items) =>
        items.All(item => item is JsonObject one && (one["action"] ?? one["batch"]) is not null);

    private static IEnumerable<JsonNode> Of(JsonNode node)
    {
        switch (node)
        {
            // A value with its type stays whole: no client writes a part of one.
            case JsonObject members when !members.ContainsKey("$type"):
                foreach (JsonNode alone in (members["batch"] as JsonArray ?? []).OfType<JsonNode>())
                {
                    yield return alone.DeepClone();
                }
                foreach (string name in members.Select(member => member.Key).Where(name => !Needed.Contains(name)).ToArray())
                {
                    JsonObject without = members.DeepClone().AsObject();
                    without.Remove(name);
                    yield return without;
                }
                foreach ((string name, JsonNode? value) in members.ToArray())
                {
                    foreach (JsonNode smaller in value is null ? [] : Of(value))
                    {
                        JsonObject changed = members.DeepClone().AsObject();
                        changed[name] = smaller;
                        yield return changed;
                    }
                }
                break;
            case JsonArray items:
                // What is sent is at least one operation; a step or batch of none is no request.
                for (int i = items.Count - 1; i >= 0 && (items.Count > 1 || !HoldsOperations(items)); i--)
                {
                    JsonArray without = items.DeepClone().AsArray();
                    without.RemoveAt(i);
                    yield return without;
                }
                for (int i = 0; i < items.Count; i++)
                {
                    foreach (JsonNode smaller in items[i] is { } item ? Of(item) : [])
                    {
                        JsonArray changed = items.DeepClone().AsArray();
                        changed[i] = smaller;
                        yield return changed;
                    }
                }
                break;
        }
    }
}
