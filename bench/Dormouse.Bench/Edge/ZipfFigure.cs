using System.Globalization;
using Dormouse.Bench.Edge.Policies;
using Dormouse.Bench.Reports;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;

namespace Dormouse.Bench.Edge;

/// <summary>
/// How often the cache has what is asked for, when some things are asked for far more often than others (Zipf), beside simulations of
/// other policies that may hold as many entries as the budget pays for. The cache is the product's own; its metadata is paid from the
/// same budget, that of the simulations is free.
/// </summary>
internal static class ZipfFigure
{
    private const int Objects = 50_000;
    private const int Requests = 400_000;
    private const int WarmUp = 100_000;
    private const int BodyBytes = 1_000;
    private const int Seeds = 3;

    private static readonly double[] Exponents = [0.7, 0.9, 1.1];
    private static readonly double[] Shares = [0.01, 0.1];

    public static void Measure(BenchReport report)
    {
        List<double> gaps = [];
        Dictionary<string, List<double>> ratios = [];
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var worst = double.MinValue;
            foreach ((double exponent, double share) in Exponents.SelectMany(each => Shares.Select(part => (each, part))))
            {
                int[] trace = Zipf(exponent, seed);
                var entries = (int)(Objects * share);
                double ours = 100 * OursOn(trace, entries);
                Dictionary<string, double> others = new()
                {
                    ["lru"] = 100 * Simulation.HitRatio(new Lru(entries), trace, WarmUp),
                    ["s3fifo"] = 100 * Simulation.HitRatio(new S3Fifo(entries), trace, WarmUp),
                    ["wtinylfu"] = 100 * Simulation.HitRatio(new WTinyLfu(entries), trace, WarmUp),
                };
                string cell = string.Create(CultureInfo.InvariantCulture, $"zipf{exponent * 10:00}_cache{share * 100:00}_hit_percent");
                Add($"ours_{cell}", ours);
                foreach ((string policy, double ratio) in others)
                {
                    Add($"{policy}_{cell}", ratio);
                }
                worst = Math.Max(worst, others.Values.Max() - ours);
            }
            gaps.Add(worst);
        }
        foreach ((string name, List<double> values) in ratios)
        {
            if (name.StartsWith("ours_", StringComparison.Ordinal))
            {
                report.Figure(name["ours_".Length..], Reports.Measure.OverRounds(values));
            }
            else
            {
                report.Baseline(name, Reports.Measure.OverRounds(values));
            }
        }
        report.Figure("zipf_gap_points", Reports.Measure.OverRounds(gaps));
        report.Aim(new Aim("zipf_gap_points", AtMost: true, 3));

        void Add(string name, double value)
        {
            if (!ratios.TryGetValue(name, out List<double>? list))
            {
                ratios[name] = list = [];
            }
            list.Add(value);
        }
    }

    private static double OursOn(int[] trace, int entries)
    {
        long budget = (long)entries * (CacheEntry.OwnBytes + BodyBytes);
        var cache = new AnswerCache(new CacheOptions { MaxBytes = budget, MaxBytesPerDatabase = budget }, TimeProvider.System);
        var strategy = new CacheStrategy(TimeSpan.FromDays(1), TimeSpan.Zero);
        var database = DatabaseId.New();
        var counters = new ShapeCounters();
        byte[] body = new byte[BodyBytes];
        CacheKey[] keys = [.. Enumerable.Range(0, Objects).Select(number => CacheKey.Of("", "", BitConverter.GetBytes(number)))];
        var hits = 0;
        for (var i = 0; i < trace.Length; i++)
        {
            if (cache.Find(database, keys[trace[i]], strategy).Freshness == Freshness.Fresh)
            {
                hits += i >= WarmUp ? 1 : 0;
                continue;
            }
            Flight flight = cache.Join(database, keys[trace[i]], [], strategy, counters).Flight!;
            cache.Land(flight, new CachedAnswer(body, flight.AskedAt, "", TimeSpan.Zero));
        }
        return (double)hits / (trace.Length - WarmUp);
    }

    /// <summary>Numbers of objects, the popular ones scattered among all.</summary>
    private static int[] Zipf(double exponent, int seed)
    {
        var random = new Random(seed);
        var cumulated = new double[Objects];
        double sum = 0;
        for (var rank = 0; rank < Objects; rank++)
        {
            cumulated[rank] = sum += Math.Pow(rank + 1, -exponent);
        }
        int[] names = [.. Enumerable.Range(0, Objects)];
        random.Shuffle(names);
        var trace = new int[Requests];
        for (var i = 0; i < Requests; i++)
        {
            int rank = Array.BinarySearch(cumulated, random.NextDouble() * sum);
            trace[i] = names[Math.Min(rank < 0 ? ~rank : rank, Objects - 1)];
        }
        return trace;
    }
}
