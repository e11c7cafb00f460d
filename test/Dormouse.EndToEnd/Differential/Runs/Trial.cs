using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>Everything that a difference needs to be seen again: the schema, the rows, and steps of which the last one differs.</summary>
internal sealed record Trial(SchemaBlueprint Schema, RowSet Rows, JsonArray Steps)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The trial as one reads it.</summary>
    public string Describe(Difference difference)
    {
        StringBuilder text = new();
        text.Append(SchemaText.Of(Schema)).Append('\n');
        foreach (
            string line in RowScript.Reset(Schema, Rows).Split('\n').Where(line => line.StartsWith("INSERT", StringComparison.Ordinal))
        )
        {
            text.Append(line).Append('\n');
        }
        foreach (JsonNode? step in Steps)
        {
            JsonNode? shown = step?["start"] is null && step?["send"] is JsonArray { Count: 1 } single ? single[0] : step;
            text.Append(shown?.ToJsonString(Plain)).Append('\n');
        }
        return text.Append(difference.Text).Append('\n').ToString();
    }
}
