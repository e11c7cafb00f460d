using Dormouse.Bench.Load;
using Dormouse.Bench.Reports;

namespace Dormouse.Bench.Query;

/// <summary>The rounds of both sides, and what they come to. Ratios are taken within a round and then summed up over the rounds.</summary>
internal sealed class QueryFigures
{
    private readonly Dictionary<(string Side, string Operation, int InFlight), List<LoadRound>> rounds = [];

    public void Add(string side, string operation, int inFlight, LoadRound round)
    {
        if (!rounds.TryGetValue((side, operation, inFlight), out List<LoadRound>? list))
        {
            rounds[(side, operation, inFlight)] = list = [];
        }
        list.Add(round);
    }

    public void Report(BenchReport report, string ours, string theirs, string[] operations, int[] concurrencies)
    {
        foreach (int inFlight in concurrencies)
        {
            report.Figure($"b_throughput_ratio_{inFlight}", MeanRatio(ours, theirs, operations, inFlight));
            foreach (string operation in operations)
            {
                string name = SnakeCase(operation);
                Measure ratio = Measure.OverRounds(Ratios(ours, theirs, operation, inFlight));
                report.Figure($"b_{name}_throughput_ratio_{inFlight}", ratio);
                foreach ((string figure, Measure measure) in Figures(ours, operation, inFlight))
                {
                    report.Figure($"b_{name}_{figure}_{inFlight}", measure);
                }
                foreach ((string figure, Measure measure) in Figures(theirs, operation, inFlight))
                {
                    report.Baseline($"{theirs}_{name}_{figure}_{inFlight}", measure);
                }
            }
        }
    }

    /// <summary>The geometric mean over the operations, per round.</summary>
    private Measure MeanRatio(string ours, string theirs, string[] operations, int inFlight)
    {
        double[][] ratios = [.. operations.Select(operation => Ratios(ours, theirs, operation, inFlight))];
        IEnumerable<double> perRound = Enumerable
            .Range(0, ratios[0].Length)
            .Select(round => Measure.GeometricMean([.. ratios.Select(operation => operation[round])]));
        return Measure.OverRounds([.. perRound]);
    }

    private double[] Ratios(string ours, string theirs, string operation, int inFlight) =>
        [
            .. rounds[(ours, operation, inFlight)]
                .Zip(rounds[(theirs, operation, inFlight)], (our, their) => our.PerSecond / their.PerSecond),
        ];

    private IEnumerable<(string Figure, Measure Measure)> Figures(string side, string operation, int inFlight)
    {
        List<LoadRound> all = rounds[(side, operation, inFlight)];
        IReadOnlyCollection<double>[] latencies = [.. all.Select(round => round.Milliseconds)];
        yield return ("per_second", Measure.OverRounds([.. all.Select(round => round.PerSecond)]));
        yield return ("p50_ms", Measure.OverSamples(latencies, 50));
        yield return ("p99_ms", Measure.OverSamples(latencies, 99));
    }

    private static string SnakeCase(string operation) =>
        string.Concat(operation.Select(letter => char.IsAsciiLetterUpper(letter) ? $"_{char.ToLowerInvariant(letter)}" : $"{letter}"));
}
