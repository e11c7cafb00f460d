using Dormouse.Bench.Reports;
using Dormouse.Testing;

namespace Dormouse.Bench.Drivers;

/// <summary>
/// Our wire client beside Npgsql, in this process, on one PostgreSQL, with the same prepared statements from a pool of 16. Npgsql runs
/// twice: giving text, which is what the query engine needs, and in its own best form (binary, typed getters). ADR 2 rests on it.
/// </summary>
internal sealed class DriverBench : IBench
{
    private const int Rounds = 7;
    private const int Connections = 16;
    private const int OpensPerRound = 20;
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(400);
    private static readonly int[] InFlight = [1, 16];

    public string Name => "driver";

    public string Summary => "our wire client beside Npgsql: throughput, latency, allocation, first query of a new connection";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        await using TestPostgres server = await TestPostgres.StartAsync([], cancellationToken);
        await server.ExecuteAsync(server.Database, DriverQuery.Schema, cancellationToken);
        await using var ours = new OurDriver(server, Connections);
        await using var text = new NpgsqlDriver(server, Connections, asText: true);
        await using var typed = new NpgsqlDriver(server, Connections, asText: false);
        IDriver[] drivers = [ours, text, typed];
        var results = new Dictionary<string, List<DriverRound>>();
        var opens = drivers.ToDictionary(driver => driver, _ => new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            progress(round < 0 ? "warming up" : $"round {round + 1} of {Rounds}");
            foreach (DriverQuery query in DriverQuery.All)
            {
                foreach (int inFlight in InFlight)
                {
                    // Another side goes first each round, so that none always follows the same neighbour.
                    foreach (IDriver driver in drivers.Skip((round + 1) % 3).Concat(drivers.Take((round + 1) % 3)))
                    {
                        DriverRound measured = await DriverRound.RunAsync(driver, query, inFlight, RoundTime, cancellationToken);
                        Keep(results, Key(driver, query, inFlight), round, measured);
                    }
                }
            }
            for (var i = 0; i < OpensPerRound; i++)
            {
                foreach (IDriver driver in drivers)
                {
                    double milliseconds = await driver.FirstQueryOfNewConnectionAsync(cancellationToken);
                    if (round >= 0)
                    {
                        opens[driver].Add(milliseconds);
                    }
                }
            }
        }
        return Report(drivers, results, opens);
    }

    private static void Keep(Dictionary<string, List<DriverRound>> results, string key, int round, DriverRound measured)
    {
        if (round < 0)
        {
            results[key] = [];
        }
        else
        {
            results[key].Add(measured);
        }
    }

    private static string Key(IDriver driver, DriverQuery query, int inFlight) => $"{driver.Name}_{query.Name}_{inFlight}";

    private static BenchReport Report(
        IDriver[] drivers,
        Dictionary<string, List<DriverRound>> results,
        Dictionary<IDriver, List<double>> opens
    )
    {
        var report = new BenchReport("driver", Rounds);
        foreach (IDriver driver in drivers)
        {
            Action<string, Measure> add = driver is OurDriver ? report.Figure : report.Baseline;
            foreach (DriverQuery query in DriverQuery.All)
            {
                foreach (int inFlight in InFlight)
                {
                    string key = Key(driver, query, inFlight);
                    List<DriverRound> rounds = results[key];
                    add($"{key}_throughput_per_s", Measure.OverRounds([.. rounds.Select(round => round.PerSecond)]));
                    add($"{key}_p50_us", Measure.OverRounds([.. rounds.Select(round => round.P50)]));
                    add($"{key}_p99_us", Measure.OverRounds([.. rounds.Select(round => round.P99)]));
                    add($"{key}_cpu_us", Measure.OverRounds([.. rounds.Select(round => round.CpuMicroseconds)]));
                    add($"{key}_allocated_bytes", Measure.OverRounds([.. rounds.Select(round => round.AllocatedBytes)]));
                }
            }
            add($"{driver.Name}_first_query_ms", Measure.OverRounds(opens[driver]));
        }
        foreach (DriverQuery query in DriverQuery.All)
        {
            foreach (int inFlight in InFlight)
            {
                Ratio(report, results, drivers, query, inFlight, 1);
                Ratio(report, results, drivers, query, inFlight, 2);
            }
        }
        return report;
    }

    private static void Ratio(
        BenchReport report,
        Dictionary<string, List<DriverRound>> results,
        IDriver[] drivers,
        DriverQuery query,
        int inFlight,
        int other
    )
    {
        IEnumerable<double> ratios = results[Key(drivers[0], query, inFlight)]
            .Zip(results[Key(drivers[other], query, inFlight)], (ours, theirs) => ours.PerSecond / theirs.PerSecond);
        report.Figure($"throughput_over_{drivers[other].Name}_{query.Name}_{inFlight}_ratio", Measure.OverRounds([.. ratios]));
    }
}
