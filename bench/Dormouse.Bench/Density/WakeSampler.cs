using Dormouse.Bench.Wake;

namespace Dormouse.Bench.Density;

/// <summary>
/// Asks sleeping databases, one after another, in rounds in which all kinds of sleep, warm requests and a bare server take turns. Which database
/// comes next is drawn at random from all of them, or by Zipf's law, where a few are asked most of the time and the caches know them.
/// </summary>
internal sealed class WakeSampler(Fleet fleet, BareServer bare, bool hasSwap)
{
    public const int Rounds = 5;

    private const int WarmPerRound = 40;
    private const int FrozenPerRound = 30;
    private const int UnconnectedPerRound = 6;
    private const int AttemptsMax = 3;
    private const int ReclaimedPerRound = 10;
    private const int StoppedPerRound = 6;
    private const double ZipfExponent = 1;

    // One seed, so that two runs ask the same databases in the same order.
    private readonly Random dice = new(20261126);
    private readonly double[] cumulative = Cumulative(fleet.Residents.Count);

    public List<double[]> Warm { get; } = [];

    public List<double[]> FrozenRandom { get; } = [];

    public List<double[]> FrozenSkewed { get; } = [];

    /// <summary>Frozen since a start by hand: without a server connection of the platform's.</summary>
    public List<double[]> FrozenUnconnected { get; } = [];

    public List<double[]> Reclaimed { get; } = [];

    public List<double[]> Stopped { get; } = [];

    public List<double[]> BareStart { get; } = [];

    public async Task RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        for (int round = 0; round < Rounds; round++)
        {
            progress($"waking, round {round + 1} of {Rounds}");
            FrozenRandom.Add(await WakesAsync("frozen", FrozenPerRound, AtRandom, cancellationToken));
            FrozenSkewed.Add(await WakesAsync("frozen", FrozenPerRound, Skewed, cancellationToken));
            Warm.Add(await WarmAsync(cancellationToken));
            if (hasSwap)
            {
                Reclaimed.Add(await WakesAsync("reclaimed", ReclaimedPerRound, AtRandom, cancellationToken));
            }
            FrozenUnconnected.Add(await UnconnectedWakesAsync(cancellationToken));
            Stopped.Add(await WakesAsync("stopped", StoppedPerRound, AtRandom, cancellationToken));
            BareStart.Add(await BareStartsAsync(cancellationToken));
        }
    }

    private async Task<double[]> WakesAsync(string state, int count, Func<Resident> next, CancellationToken cancellationToken)
    {
        List<double> milliseconds = [];
        for (int i = 0; i < count; i++)
        {
            Resident resident = next();
            await fleet.SleepAsync(resident, state, cancellationToken);
            await AskAsync(resident, state, milliseconds, cancellationToken);
        }
        return [.. milliseconds];
    }

    private async Task<double[]> UnconnectedWakesAsync(CancellationToken cancellationToken)
    {
        List<double> milliseconds = [];
        for (int i = 0; i < UnconnectedPerRound; i++)
        {
            Resident resident = AtRandom();
            await fleet.SleepAsync(resident, "stopped", cancellationToken);
            await AskAsync(resident, "frozen", milliseconds, cancellationToken);
        }
        return [.. milliseconds];
    }

    /// <summary>
    /// Asks a database in the state named. One that sleeps deeper is woken first and put back to that; where memory is so short that the
    /// platform takes it from whatever is frozen, there is no such database, and nothing to measure.
    /// </summary>
    private async Task AskAsync(Resident resident, string state, List<double> milliseconds, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            if (await fleet.TryAskAsync(resident, state, cancellationToken) is { } measured)
            {
                milliseconds.Add(measured);
                break;
            }
            await fleet.WakeAsync(resident, cancellationToken);
            await fleet.SleepAsync(resident, state, cancellationToken);
        }
        await fleet.SleepAsync(resident, "frozen", cancellationToken);
    }

    private async Task<double[]> WarmAsync(CancellationToken cancellationToken)
    {
        Resident resident = AtRandom();
        await fleet.WakeAsync(resident, cancellationToken);
        double[] milliseconds = new double[WarmPerRound + 1];
        for (int i = 0; i < milliseconds.Length; i++)
        {
            milliseconds[i] = await fleet.AskAsync(resident, "running", cancellationToken);
        }
        await fleet.SleepAsync(resident, "frozen", cancellationToken);
        // The first one made a connection.
        return milliseconds[1..];
    }

    private async Task<double[]> BareStartsAsync(CancellationToken cancellationToken)
    {
        double[] milliseconds = new double[StoppedPerRound];
        for (int i = 0; i < milliseconds.Length; i++)
        {
            milliseconds[i] = await bare.StartAsync(cancellationToken);
            await bare.StopAsync(cancellationToken);
        }
        return milliseconds;
    }

    private Resident AtRandom() => fleet.Residents[dice.Next(fleet.Residents.Count)];

    private Resident Skewed()
    {
        int at = Array.BinarySearch(cumulative, dice.NextDouble() * cumulative[^1]);
        return fleet.Residents[Math.Min(at < 0 ? ~at : at, cumulative.Length - 1)];
    }

    private static double[] Cumulative(int count)
    {
        double[] sums = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += 1 / Math.Pow(i + 1, ZipfExponent);
            sums[i] = sum;
        }
        return sums;
    }
}
