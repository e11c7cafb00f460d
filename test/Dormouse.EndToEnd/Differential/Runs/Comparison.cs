using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>What two sides answered to one step, and what they then hold.</summary>
internal sealed record Comparison(JsonArray Expected, JsonArray Actual, string? ExpectedRows, string? ActualRows)
{
    /// <summary>Where the sides differ; null where they agree.</summary>
    public string? Difference { get; private init; }

    /// <summary>Whether they hold the very same rows, generated values included.</summary>
    public bool HoldTheSame => ExpectedRows == ActualRows;

    /// <summary>Whether the peer itself broke down, so that there is nothing to compare with.</summary>
    public bool PeerBroke => Expected.Any(answer => PeerDefects.IsBreakdown(answer?["body"]));

    public static Comparison Of(
        SchemaBlueprint schema,
        Step step,
        JsonArray expected,
        JsonArray actual,
        string? expectedRows,
        string? actualRows
    )
    {
        AnswerOrder order = new(schema);
        string? difference = null;
        JsonNode?[] theirs = [.. expected.Select((answer, i) => Settled(order, step, answer, i))];
        JsonNode?[] ours = [.. actual.Select((answer, i) => Settled(order, step, answer, i))];
        for (int i = 0; i < Math.Max(theirs.Length, ours.Length) && difference is null; i++)
        {
            string their = i < theirs.Length ? TextOf(theirs[i]) : "no answer";
            string our = i < ours.Length ? TextOf(ours[i]) : "no answer";
            difference = their == our ? null : $"answer {i + 1}\n  peer     {their}\n  dormouse {our}";
        }
        if (difference is null && expectedRows is not null)
        {
            difference = DifferenceOfRows(JsonNode.Parse(expectedRows)!.AsObject(), JsonNode.Parse(actualRows!)!.AsObject());
        }
        return new Comparison(expected, actual, expectedRows, actualRows) { Difference = difference };
    }

    private static JsonNode? Settled(AnswerOrder order, Step step, JsonNode? answer, int index)
    {
        JsonNode? settled = Masks.Of(answer);
        if (settled?["body"] is { } body && index < step.Bodies.Count)
        {
            PeerDefects.Settle(body);
            order.Settle(body, step.Bodies[index]);
        }
        return settled;
    }

    // Members of an error come in any order; members of a record are shown in theirs.
    private static string TextOf(JsonNode? answer) =>
        answer?["body"]?["errors"] is null ? Canonical.TextOf(answer) : Canonical.SortedTextOf(answer);

    private static string? DifferenceOfRows(JsonObject expected, JsonObject actual)
    {
        foreach ((string table, JsonNode? rows) in expected)
        {
            string[] theirs = Lines(rows);
            string[] ours = Lines(actual[table]);
            if (!theirs.SequenceEqual(ours))
            {
                return $"rows of {table}\n  peer alone     {string.Join(' ', theirs.Except(ours))}\n  dormouse alone {string.Join(' ', ours.Except(theirs))}";
            }
        }
        return null;
    }

    private static string[] Lines(JsonNode? rows) =>
        rows is JsonArray list
            ? [.. list.Select(row => Canonical.SortedTextOf(Masks.Of(row))).Order(StringComparer.Ordinal)]
            : [Canonical.TextOf(rows)];
}
