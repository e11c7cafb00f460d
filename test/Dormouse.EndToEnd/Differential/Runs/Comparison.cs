using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>What two sides answered to one step, and what they then hold.</summary>
internal sealed record Comparison(JsonArray Expected, JsonArray Actual, string? ExpectedRows, string? ActualRows)
{
    /// <summary>Where the sides differ; null where they agree.</summary>
    public Difference? Difference { get; private init; }

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
        Difference? difference = null;
        for (int i = 0; i < Math.Max(expected.Count, actual.Count) && difference is null; i++)
        {
            JsonNode? body = i < step.Bodies.Count ? step.Bodies[i] : null;
            JsonNode? their = Settled(expected.ElementAtOrDefault(i));
            JsonNode? our = Settled(actual.ElementAtOrDefault(i));
            // What a transaction answers after one of its statements failed says nothing; some answers need no statement at all.
            difference = IsAborted(their) || IsAborted(our) ? null : Runs.Difference.Of(their, our, body);

            JsonNode? Settled(JsonNode? answer)
            {
                JsonNode? settled = Masks.Of(answer);
                if (settled?["body"] is { } told && body is not null)
                {
                    PeerDefects.Settle(told, schema);
                    order.Settle(told, body);
                }
                else if (body is null && PeerDefects.IsLostCommit(settled))
                {
                    return PeerDefects.Committed();
                }
                return settled;
            }
        }
        if (difference is null && expectedRows is not null && actualRows is not null)
        {
            difference = Runs.Difference.OfRows(expectedRows, actualRows, step);
        }
        bool saysNothing = step.TakesAnyRecord || PeerDefects.IsMisread(step, schema);
        return new Comparison(expected, actual, expectedRows, actualRows) { Difference = saysNothing ? null : difference };
    }

    private static bool IsAborted(JsonNode? answer) =>
        answer?["body"]?["errors"] is JsonArray errors && errors.ToJsonString().Contains("25P02", StringComparison.Ordinal);
}
