using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>JSON as one text per meaning: members in the order in which they came, which clients show, and numbers by their value.</summary>
internal static class Canonical
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string TextOf(JsonNode? node)
    {
        StringBuilder text = new();
        Write(text, node, sorted: false);
        return text.ToString();
    }

    /// <summary>The same where the order of members means nothing.</summary>
    public static string SortedTextOf(JsonNode? node)
    {
        StringBuilder text = new();
        Write(text, node, sorted: true);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, bool sorted)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                IEnumerable<KeyValuePair<string, JsonNode?>> all = sorted
                    ? members.OrderBy(member => member.Key, StringComparer.Ordinal)
                    : members;
                text.Append('{');
                foreach ((string name, JsonNode? value) in all)
                {
                    text.Append(JsonSerializer.Serialize(name, Plain)).Append(':');
                    Write(text, value, sorted);
                    text.Append(',');
                }
                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                foreach (JsonNode? item in items)
                {
                    Write(text, item, sorted);
                    text.Append(',');
                }
                text.Append(']');
                break;
            default:
                text.Append(node.GetValueKind() == JsonValueKind.Number ? Number(node) : JsonSerializer.Serialize(node, Plain));
                break;
        }
    }

    // Clients read numbers as doubles, so these are equal that are the same double.
    private static string Number(JsonNode node) =>
        double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
}
