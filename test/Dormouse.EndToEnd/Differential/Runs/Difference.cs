using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>Where two sides differ.</summary>
/// <param name="Text">Both sides, as one reads them.</param>
/// <param name="Action">What was asked.</param>
/// <param name="Codes">What kinds of answers stand against each other: the same while a trial is made smaller.</param>
internal sealed record Difference(string Text, string Action, string Codes)
{
    /// <summary>Differences of one kind have, more often than not, one cause.</summary>
    public string Kind => $"{Action}: {Codes}";

    /// <summary>The difference of two answers to a body; null where they are the same.</summary>
    public static Difference? Of(JsonNode? expected, JsonNode? actual, JsonNode? body)
    {
        string their = TextOf(expected);
        string our = TextOf(actual);
        return their == our
            ? null
            : new Difference($"  peer     {their}\n  dormouse {our}", ActionOf(body), $"{CodeOf(expected)} / {CodeOf(actual)}");
    }

    /// <summary>The difference of the rows that the sides hold; null where they are the same.</summary>
    public static Difference? OfRows(string expected, string actual, Step step)
    {
        JsonObject ours = JsonNode.Parse(actual)!.AsObject();
        foreach ((string table, JsonNode? rows) in JsonNode.Parse(expected)!.AsObject())
        {
            string[] theirLines = Lines(rows);
            string[] ourLines = Lines(ours[table]);
            if (!theirLines.SequenceEqual(ourLines))
            {
                string text =
                    $"rows of {table}\n  peer alone     {string.Join(' ', theirLines.Except(ourLines))}\n"
                    + $"  dormouse alone {string.Join(' ', ourLines.Except(theirLines))}";
                return new Difference(text, step.IsInteractive ? "transaction" : ActionOf(step.Bodies[0]), "other rows");
            }
        }
        return null;
    }

    private static string ActionOf(JsonNode? body) =>
        body is null ? "end of transaction"
        : body["batch"] is null ? $"{body["action"]}"
        : body["transaction"] is null ? "merged"
        : "batch";

    // Members of an error come in any order; members of a record are shown in theirs.
    private static string TextOf(JsonNode? answer) =>
        answer?["body"]?["errors"] is null ? Canonical.TextOf(answer) : Canonical.SortedTextOf(answer);

    private static string CodeOf(JsonNode? answer) =>
        answer?["body"] is not JsonObject body ? "no answer"
        : body["batchResult"] is JsonArray batch ? string.Join(' ', batch.Select(one => CodeOf(one as JsonObject)).Distinct())
        : CodeOf(body);

    private static string CodeOf(JsonObject? body)
    {
        if (body?["errors"] is not JsonArray { Count: > 0 } errors)
        {
            return "data";
        }
        JsonNode? told = errors[0]?["user_facing_error"];
        if (told?["message"]?.ToString().Contains("not supported yet", StringComparison.Ordinal) == true)
        {
            return "not supported yet";
        }
        return $"{told?["error_code"]?.ToString() ?? "unknown"} {told?["meta"]?["kind"]}".TrimEnd();
    }

    private static string[] Lines(JsonNode? rows) =>
        rows is JsonArray list
            ? [.. list.Select(row => Canonical.SortedTextOf(Masks.Of(row))).Order(StringComparer.Ordinal)]
            : [Canonical.TextOf(rows)];
}
