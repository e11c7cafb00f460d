namespace Dormouse.Bench.Reports;

/// <summary>A measured value with its spread: half of the rounds lie between <see cref="Low"/> and <see cref="High"/>.</summary>
internal readonly record struct Measure(double Value, double Low, double High)
{
    /// <summary>A value that is measured once, and so has no spread.</summary>
    public static Measure Once(double value) => new(value, value, value);

    /// <summary>The median of one value per round, and the quartiles as its spread.</summary>
    public static Measure OverRounds(IReadOnlyCollection<double> rounds) =>
        new(Percentile(rounds, 50), Percentile(rounds, 25), Percentile(rounds, 75));

    /// <summary>A percentile over the samples of all rounds together; the quartiles of the rounds' own percentiles as its spread.</summary>
    public static Measure OverSamples(IReadOnlyCollection<IReadOnlyCollection<double>> rounds, double percent)
    {
        double pooled = Percentile([.. rounds.SelectMany(round => round)], percent);
        Measure perRound = OverRounds([.. rounds.Where(round => round.Count > 0).Select(round => Percentile(round, percent))]);
        // A tail's pooled value may lie outside of what the rounds say of it; the spread must still contain it.
        return new Measure(pooled, Math.Min(pooled, perRound.Low), Math.Max(pooled, perRound.High));
    }

    /// <summary>The value below which <paramref name="percent"/> of the values lie, interpolated between neighbours.</summary>
    public static double Percentile(IReadOnlyCollection<double> values, double percent)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("There is no percentile of nothing.", nameof(values));
        }
        double[] sorted = [.. values.Order()];
        double rank = percent / 100 * (sorted.Length - 1);
        int below = (int)Math.Floor(rank);
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((rank - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>The geometric mean, which is what ratios are averaged by.</summary>
    public static double GeometricMean(IReadOnlyCollection<double> values) => Math.Exp(values.Average(Math.Log));
}
