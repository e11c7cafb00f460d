using Dormouse.Bench.Load;
using Dormouse.Bench.Reports;

namespace Dormouse.Bench.Query;

/// <summary>The rounds of all sides, and what they come to. Ratios are taken within a round and then summed up over the rounds.</summary>
/// <param name="protocol">What the names of the figures begin with: <c>a</c> or <c>b</c>.</param>
internal sealed class QueryFigures(string protocol)
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

    /// <summary>What was measured of each operation, and each operation's ratio to the first of the other sides.</summary>
    public void ReportOperations(BenchReport report, string ours, string[] others, string[] operations, int[] concurrencies)
    {
        foreach (int inFlight in concurrencies)
        {
            foreach (string operation in operations)
            {
                string name = SnakeCase(operation);
                foreach (string other in others)
                {
                    string over = other == others[0] ? "throughput" : $"over_{other}";
                    Measure ratio = Measure.OverRounds(Ratios(ours, other, operation, inFlight, Throughput));
                    report.Figure($"{protocol}_{name}_{over}_ratio_{inFlight}", ratio);
                }
                foreach ((string figure, Measure measure) in Figures(ours, operation, inFlight))
                {
                    report.Figure($"{protocol}_{name}_{figure}_{inFlight}", measure);
                }
                foreach (string other in others)
                {
                    foreach ((string figure, Measure measure) in Figures(other, operation, inFlight))
                    {
                        report.Baseline($"{other}_{name}_{figure}_{inFlight}", measure);
                    }
                }
            }
        }
    }

    /// <summary>Ours over theirs in answers per second: the geometric mean over operations.</summary>
    public void ReportThroughput(BenchReport report, string figure, string ours, string theirs, string[] operations, int inFlight) =>
        report.Figure($"{protocol}_{figure}_{inFlight}", MeanRatio(ours, theirs, operations, inFlight, Throughput));

    /// <summary>Ours over theirs in the 99th percentile of the time to an answer: the geometric mean over operations.</summary>
    public void ReportTail(BenchReport report, string figure, string ours, string theirs, string[] operations, int inFlight) =>
        report.Figure(
            $"{protocol}_{figure}_{inFlight}",
            MeanRatio(ours, theirs, operations, inFlight, round => Measure.Percentile([.. round.Milliseconds], 99))
        );

    private static double Throughput(LoadRound round) => round.PerSecond;

    private Measure MeanRatio(string ours, string theirs, string[] operations, int inFlight, Func<LoadRound, double> value)
    {
        double[][] ratios = [.. operations.Select(operation => Ratios(ours, theirs, operation, inFlight, value))];
        IEnumerable<double> perRound = Enumerable
            .Range(0, ratios[0].Length)
            .Select(round => Measure.GeometricMean([.. ratios.Select(operation => operation[round])]));
        return Measure.OverRounds([.. perRound]);
    }

    private double[] Ratios(string ours, string theirs, string operation, int inFlight, Func<LoadRound, double> value) =>
        [.. rounds[(ours, operation, inFlight)].Zip(rounds[(theirs, operation, inFlight)], (our, their) => value(our) / value(their))];

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
