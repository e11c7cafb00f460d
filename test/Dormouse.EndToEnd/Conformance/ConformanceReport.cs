using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>What differs between the outcomes of two sides, told so that a developer of the engine finds the cause.</summary>
internal sealed record ConformanceReport(IReadOnlyList<string> Differing, string Text)
{
    private const int BodyLengthMax = 1_500;

    /// <summary>Compares the outcomes of all operations by name.</summary>
    public static ConformanceReport Of(JsonObject expected, JsonObject actual)
    {
        List<string> differing = [];
        StringBuilder text = new();
        foreach ((string name, JsonNode? outcome) in expected)
        {
            JsonNode other = actual[name]!;
            PeerOutcome.Settle(outcome!.AsObject());
            if (outcome["skipped"] is null && Outcome.Difference(outcome, other) is { } difference)
            {
                differing.Add(name);
                Tell(text, name, difference, outcome, other);
            }
        }
        string head = string.Create(CultureInfo.InvariantCulture, $"{differing.Count} operations differ\n");
        return new ConformanceReport(differing, head + text);
    }

    private static void Tell(StringBuilder text, string name, string difference, JsonNode expected, JsonNode actual)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {name}\n{expected["call"]}\n{difference}\n");
        JsonArray theirs = expected["sent"] as JsonArray ?? [];
        JsonArray ours = actual["sent"] as JsonArray ?? [];
        for (int i = 0; i < Math.Max(theirs.Count, ours.Count); i++)
        {
            JsonNode? their = theirs.ElementAtOrDefault(i);
            JsonNode? our = ours.ElementAtOrDefault(i);
            text.Append(CultureInfo.InvariantCulture, $"  {(their ?? our)!["request"]} {Brief((their ?? our)!["body"])}\n");
            text.Append(CultureInfo.InvariantCulture, $"    peer     {their?["status"]} {Brief(their?["answer"])}\n");
            text.Append(CultureInfo.InvariantCulture, $"    dormouse {our?["status"]} {Brief(our?["answer"])}\n");
        }
    }

    private static string Brief(JsonNode? node) =>
        node?.ToString() is { } text
            ? text.Length <= BodyLengthMax
                ? text
                : text[..BodyLengthMax] + "…"
            : "";
}
