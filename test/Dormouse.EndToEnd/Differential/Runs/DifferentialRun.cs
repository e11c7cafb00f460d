using System.Globalization;
using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Operations;
using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>
/// Runs steps from a seed until it ran so many operations: a new schema after every so many, new rows more often. What differs is run
/// again alone, made smaller, and told.
/// </summary>
/// <param name="arena">The two sides.</param>
/// <param name="seed">Gives everything that is run.</param>
/// <param name="operationsMax">Where it ends.</param>
/// <param name="differencesMax">It also ends with so many kinds of differences.</param>
/// <param name="actions">The actions that operations may have; all where it is empty.</param>
internal sealed class DifferentialRun(Arena arena, ulong seed, int operationsMax, int differencesMax, IReadOnlyCollection<string> actions)
{
    private const int RowSetsPerSchema = 4;
    private const int StepsPerRowSet = 25;

    private static readonly string[] Isolations = ["ReadUncommitted", "ReadCommitted", "RepeatableRead", "Serializable"];

    private readonly Dictionary<string, Told> differences = [];
    private readonly SortedDictionary<string, int> refusals = [];
    private int operations;
    private int brokenPeer;

    /// <summary>What differs; empty where the sides agree.</summary>
    public IReadOnlyList<string> Differences => [.. differences.Select(one => $"# {one.Key} ({one.Value.Count} times)\n{one.Value.Text}")];

    /// <summary>How much was run, in words.</summary>
    public string Summary =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {operations} operations; refused {string.Join(", ", refusals)}; the peer broke on {brokenPeer}"
        );

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Dice dice = new(seed);
        while (operations < operationsMax && differences.Count < differencesMax)
        {
            SchemaBlueprint schema = SchemaGenerator.Generate(dice.Fork());
            await arena.ApplyAsync(schema, cancellationToken);
            for (int i = 0; i < RowSetsPerSchema && operations < operationsMax && differences.Count < differencesMax; i++)
            {
                RowSet rows = RowGenerator.Generate(dice.Fork(), schema);
                await RunAsync(schema, rows, dice.Fork(), cancellationToken);
            }
        }
    }

    private async Task RunAsync(SchemaBlueprint schema, RowSet rows, Dice dice, CancellationToken cancellationToken)
    {
        await arena.ResetAsync(rows, cancellationToken);
        OperationGenerator generator = new(dice, schema, rows);
        JsonArray done = [];
        for (int i = 0; i < StepsPerRowSet && operations < operationsMax && differences.Count < differencesMax; i++)
        {
            Step step = Next(generator, dice);
            while (!step.Operations.All(IsWanted))
            {
                step = Next(generator, dice);
            }
            operations += step.Operations.Count();
            done.Add(step.Json.DeepClone());
            Comparison comparison = await arena.RunAsync(step, cancellationToken);
            CountRefusals(comparison);
            if (comparison.PeerBroke)
            {
                brokenPeer++;
            }
            else if (comparison.Difference is not null)
            {
                await CountAsync(new Trial(schema, rows, done), comparison.Difference, cancellationToken);
                if (!arena.Holds(schema))
                {
                    await arena.ApplyAsync(schema, cancellationToken);
                }
            }
            if (comparison.Difference is not null || !comparison.HoldTheSame)
            {
                // From here on the sides would go apart.
                await arena.ResetAsync(rows, cancellationToken);
                done = [];
            }
        }
    }

    private void CountRefusals(Comparison comparison)
    {
        foreach (JsonNode? error in comparison.Expected.SelectMany(answer => answer?["body"]?["errors"] as JsonArray ?? []))
        {
            string code = error?["user_facing_error"]?["error_code"]?.ToString() ?? "unknown";
            refusals[code] = refusals.GetValueOrDefault(code) + 1;
        }
    }

    private Step Next(OperationGenerator generator, Dice dice)
    {
        string? isolation = dice.OneIn(3) ? dice.Pick(Isolations) : null;
        JsonArray Some() => [.. Enumerable.Range(0, dice.Between(2, 4)).Select(_ => generator.Next())];
        JsonArray Bodies() => [.. Enumerable.Range(0, dice.Between(2, 4)).Select(_ => dice.OneIn(6) ? Merged() : generator.Next())];
        JsonObject Merged() => new() { ["batch"] = generator.Alike() };
        switch (dice.Below(14))
        {
            case 0:
                return Step.Of(Merged());
            case 1:
                JsonObject transaction = isolation is null ? [] : new JsonObject { ["isolationLevel"] = isolation };
                return Step.Of(new JsonObject { ["batch"] = Some(), ["transaction"] = transaction });
            case 2:
                return Step.Transaction(Bodies(), isolation, dice.Pick(["commit", "commit", "rollback"]));
            default:
                return Step.Of(generator.Next());
        }
    }

    private bool IsWanted(JsonNode operation) => actions.Count == 0 || actions.Contains(operation["action"]?.ToString());

    private async Task CountAsync(Trial trial, Difference difference, CancellationToken cancellationToken)
    {
        if (differences.TryGetValue(difference.Kind, out Told? told))
        {
            differences[difference.Kind] = told with { Count = told.Count + 1 };
            return;
        }
        string kind = difference.Kind;
        Trial alone = trial with { Steps = [trial.Steps[^1]!.DeepClone()] };
        if (await arena.TryAsync(alone, cancellationToken) is { } again)
        {
            (trial, difference) = (alone, again);
        }
        Shrinker shrinker = new(arena, trial, difference);
        await shrinker.RunAsync(cancellationToken);
        differences[kind] = new Told(1, shrinker.Smallest.Describe(shrinker.Difference));
    }

    private sealed record Told(int Count, string Text);
}
