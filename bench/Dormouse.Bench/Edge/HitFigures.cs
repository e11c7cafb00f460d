using Dormouse.Bench.Reports;

namespace Dormouse.Bench.Edge;

/// <summary>The rounds of all sides, and what they come to. Ratios are taken within a round and then summed up over the rounds.</summary>
internal sealed class HitFigures
{
    public const string Ours = "hit";
    public const string Kestrel = "kestrel";

    private readonly Dictionary<(string Side, int Kilobytes, int InFlight), List<EdgeRound>> rounds = [];

    public void Add(string side, int kilobytes, int inFlight, EdgeRound round)
    {
        if (!rounds.TryGetValue((side, kilobytes, inFlight), out List<EdgeRound>? list))
        {
            rounds[(side, kilobytes, inFlight)] = list = [];
        }
        list.Add(round);
    }

    public void Report(BenchReport report, string[] sides, int[] sizes, int[] concurrencies, int aimSize, int aimInFlight)
    {
        foreach ((int size, int inFlight) in sizes.SelectMany(size => concurrencies.Select(count => (size, count))))
        {
            foreach (string side in sides)
            {
                Action<string, Measure> add = side == Ours ? report.Figure : report.Baseline;
                ReportCell(add, side, size, inFlight);
            }
        }
        report.Figure("hit_over_kestrel_ratio", Measure.OverRounds(Ratios(Kestrel, aimSize, aimInFlight)));
        report.Aim(new Aim("hit_over_kestrel_ratio", AtMost: false, 0.7));
        double[][] caches = [.. sides.Where(side => side is not (Ours or Kestrel)).Select(side => Ratios(side, aimSize, aimInFlight))];
        if (caches.Length == 0)
        {
            return;
        }
        // Against the faster of them the ratio is the lowest, against the slower the highest, round by round.
        report.Figure("hit_over_best_cache_ratio", OverRounds(caches, round => round.Min()));
        report.Aim(new Aim("hit_over_best_cache_ratio", AtMost: false, 0.5));
        report.Figure("hit_over_other_cache_ratio", OverRounds(caches, round => round.Max()));
        report.Aim(new Aim("hit_over_other_cache_ratio", AtMost: false, 1));
    }

    private void ReportCell(Action<string, Measure> add, string side, int size, int inFlight)
    {
        List<EdgeRound> all = rounds[(side, size, inFlight)];
        IReadOnlyCollection<double>[] latencies = [.. all.Select(round => round.Load.Milliseconds)];
        add($"{side}_{size}kb_per_second_{inFlight}", Measure.OverRounds([.. all.Select(round => round.Load.PerSecond)]));
        add($"{side}_{size}kb_p50_ms_{inFlight}", Measure.OverSamples(latencies, 50));
        add($"{side}_{size}kb_p99_ms_{inFlight}", Measure.OverSamples(latencies, 99));
        if (all[0].CpuMicroseconds > 0)
        {
            add($"{side}_{size}kb_cpu_us_{inFlight}", Measure.OverRounds([.. all.Select(round => round.CpuMicroseconds)]));
        }
    }

    private double[] Ratios(string other, int size, int inFlight) =>
        [.. rounds[(Ours, size, inFlight)].Zip(rounds[(other, size, inFlight)], (our, their) => our.Load.PerSecond / their.Load.PerSecond)];

    private static Measure OverRounds(double[][] caches, Func<IEnumerable<double>, double> choose) =>
        Measure.OverRounds([.. Enumerable.Range(0, caches[0].Length).Select(round => choose(caches.Select(cache => cache[round])))]);
}
