using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.Migrations;
using Dormouse.Schema;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>The two sides with the same tables and the same rows, on which steps are run and compared.</summary>
/// <param name="sides">The two.</param>
/// <param name="distortion">Changes what the other side answered: for tests of this very code.</param>
internal sealed class Arena(Sides sides, Func<JsonArray, JsonArray>? distortion = null) : IDisposable
{
    private const string Emptied = "DROP SCHEMA IF EXISTS auth, zoo CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;\n";

    private OperationClient? peer;
    private OperationClient? other;
    private SchemaBlueprint? schema;
    private RowSet? rows;

    /// <summary>A script that leaves a database with the tables of a schema and nothing else.</summary>
    public static string TablesOf(string schemaText)
    {
        SchemaReading reading = SchemaReader.Read(schemaText);
        return reading.IsValid
            ? Emptied + string.Join(";\n", SchemaScript.Create(reading.Schema)) + ";"
            : throw new InvalidOperationException($"{string.Join('\n', reading.Diagnostics)}\n{schemaText}");
    }

    /// <summary>Makes the tables of a schema, in databases that then hold nothing else.</summary>
    public Task ApplyAsync(SchemaBlueprint next, CancellationToken cancellationToken) =>
        ApplyAsync(SchemaText.Of(next), next, cancellationToken);

    /// <summary>The same from the text of a schema, with what is to be known of it.</summary>
    public async Task ApplyAsync(string text, SchemaBlueprint next, CancellationToken cancellationToken)
    {
        schema = null;
        string script = TablesOf(text) + "\n" + RowScript.CreateViews(next);
        await BothAsync(side => side.ExecuteAsync(script, cancellationToken));
        Close();
        peer = new OperationClient(sides.Peer, text);
        other = new OperationClient(sides.Other, text);
        schema = next;
    }

    /// <summary>Brings the rows back to what the next step expects.</summary>
    public async Task ResetAsync(RowSet next, CancellationToken cancellationToken)
    {
        rows = next;
        string script = RowScript.Reset(schema!, rows);
        await BothAsync(side => side.ExecuteAsync(script, cancellationToken));
    }

    /// <summary>Brings the rows back to the last that were set.</summary>
    public Task ResetAsync(CancellationToken cancellationToken) => ResetAsync(rows!, cancellationToken);

    /// <summary>Empties the tables and runs a script that inserts rows.</summary>
    public async Task RefillAsync(string inserts, CancellationToken cancellationToken)
    {
        string script = RowScript.Reset(schema!, new RowSet([], [])) + inserts;
        await BothAsync(side => side.ExecuteAsync(script, cancellationToken));
    }

    /// <summary>Whether the tables are those of a schema.</summary>
    public bool Holds(SchemaBlueprint one) => ReferenceEquals(schema, one);

    /// <summary>Runs a step on both sides at once.</summary>
    public async Task<Comparison> RunAsync(Step step, CancellationToken cancellationToken)
    {
        Task<JsonArray> theirs = peer!.RunAsync(step, cancellationToken);
        Task<JsonArray> ours = other!.RunAsync(step, cancellationToken);
        await Task.WhenAll(theirs, ours);
        string? theirRows = null;
        string? ourRows = null;
        if (step.Writes)
        {
            string query = RowScript.ReadAll(schema!);
            Task<string?> theirTask = sides.Peer.ScalarAsync(query, cancellationToken);
            Task<string?> ourTask = sides.Other.ScalarAsync(query, cancellationToken);
            theirRows = await theirTask;
            ourRows = await ourTask;
        }
        JsonArray answers = distortion is null ? await ours : distortion(await ours);
        return Comparison.Of(schema!, step, await theirs, answers, theirRows, ourRows);
    }

    /// <summary>Sends a body to the other side alone, as it is.</summary>
    public Task<JsonObject> SendToOtherAsync(string body, CancellationToken cancellationToken) => other!.SendAsync(body, cancellationToken);

    /// <summary>All rows of the other side.</summary>
    public async Task<string> RowsOfOtherAsync(CancellationToken cancellationToken) =>
        await sides.Other.ScalarAsync(RowScript.ReadAll(schema!), cancellationToken) ?? "";

    /// <summary>Runs a trial from its beginning and gives the difference of its last step; null where there is none.</summary>
    public async Task<Difference?> TryAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (!Holds(trial.Schema))
        {
            await ApplyAsync(trial.Schema, cancellationToken);
        }
        await ResetAsync(trial.Rows, cancellationToken);
        Difference? difference = null;
        foreach (JsonNode? step in trial.Steps)
        {
            Comparison comparison = await RunAsync(new Step(step!.AsObject()), cancellationToken);
            difference = comparison.PeerBroke ? null : comparison.Difference;
        }
        return difference;
    }

    public void Dispose() => Close();

    private void Close()
    {
        peer?.Dispose();
        other?.Dispose();
    }

    private Task BothAsync(Func<Side, Task> act) => Task.WhenAll(act(sides.Peer), act(sides.Other));
}
