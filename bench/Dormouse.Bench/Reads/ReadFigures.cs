using Dormouse.Bench.Reports;
using Dormouse.Query.Reads;

namespace Dormouse.Bench.Reads;

/// <summary>All rounds, and what they come to: joined over separate, within a round, then over the rounds.</summary>
internal sealed class ReadFigures
{
    private readonly Dictionary<(string Link, ReadSetting Setting), Pair> rounds = [];

    public void Add(string link, ReadSetting setting, ReadStrategy strategy, ReadRound measured)
    {
        if (!rounds.TryGetValue((link, setting), out Pair? pair))
        {
            rounds[(link, setting)] = pair = new Pair([], []);
        }
        (strategy == ReadStrategy.Joined ? pair.Joined : pair.Separate).Add(measured);
    }

    /// <summary>
    /// Means over the cases with indexes first, of all sizes and of each, then every case. A latency ratio below 1, or a throughput ratio
    /// above, speaks for the joined statement. The usual strategy rests on the aims: near, separate statements are the quicker ones; over
    /// a network a record and its relations come sooner by one.
    /// </summary>
    public BenchReport Report(BenchReport report, string[] links, Measure roundTrip)
    {
        report.Figure("network_round_trip_ms", roundTrip);
        foreach ((string link, int? parents) in links.SelectMany(link => ReadCase.Scales.Select(size => (link, size))))
        {
            string scale = parents is { } size ? $"{link}_{size}" : link;
            Pair[] Of(bool isSingle) =>
                [
                    .. rounds
                        .Where(one => one.Key.Link == link && one.Key.Setting.IsIndexed)
                        .Where(one => one.Key.Setting.InFlight == 1 == isSingle)
                        .Where(one => parents is null || parents == one.Key.Setting.Parents)
                        .Select(one => one.Value),
                ];
            report.Figure($"{scale}_latency_ratio", Mean(Of(isSingle: true), round => round.P50));
            report.Figure($"{scale}_throughput_ratio_16", Mean(Of(isSingle: false), round => round.PerSecond));
        }
        foreach (((string link, ReadSetting setting), Pair pair) in rounds)
        {
            string figure = $"{link}_{setting}";
            if (setting.InFlight == 1)
            {
                report.Figure($"{figure}_latency_ratio", Measure.OverRounds(pair.Ratios(round => round.P50)));
                report.Figure($"{figure}_joined_p50_ms", Measure.OverRounds([.. pair.Joined.Select(round => round.P50)]));
                report.Baseline($"{figure}_separate_p50_ms", Measure.OverRounds([.. pair.Separate.Select(round => round.P50)]));
            }
            else
            {
                report.Figure($"{figure}_throughput_ratio_{setting.InFlight}", Measure.OverRounds(pair.Ratios(round => round.PerSecond)));
            }
        }
        report.Aim(new Aim("socket_latency_ratio", AtMost: false, 1));
        report.Aim(new Aim("socket_throughput_ratio_16", AtMost: true, 1));
        report.Aim(new Aim("network_1_latency_ratio", AtMost: true, 1));
        return report;
    }

    private static Measure Mean(Pair[] pairs, Func<ReadRound, double> value)
    {
        double[][] ratios = [.. pairs.Select(pair => pair.Ratios(value))];
        IEnumerable<double> perRound = Enumerable
            .Range(0, ratios[0].Length)
            .Select(round => Measure.GeometricMean([.. ratios.Select(one => one[round])]));
        return Measure.OverRounds([.. perRound]);
    }

    private sealed record Pair(List<ReadRound> Separate, List<ReadRound> Joined)
    {
        public double[] Ratios(Func<ReadRound, double> value) => [.. Joined.Zip(Separate, (one, other) => value(one) / value(other))];
    }
}
