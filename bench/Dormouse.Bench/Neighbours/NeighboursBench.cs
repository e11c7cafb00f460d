using System.Diagnostics;
using System.Text.Json;
using Dormouse.Bench.Load;
using Dormouse.Bench.Reports;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Neighbours;

/// <summary>
/// What one tenant's harm costs another: the time to an answer of a database that is asked for one row at a time, while a second one on the same
/// host does its worst through the front door, over the same while that one is quiet. In turns, so that the machine's own moods meet all alike.
/// </summary>
internal sealed class NeighboursBench : IBench
{
    private const int Rounds = 5;

    // Until the platform's code is compiled as it stays: the compiler works for some seconds of load beside it.
    private const int RoundsBefore = 3;

    // The 99th percentile is the tenth longest: moods of the machine that meet one request in a thousand do not decide it.
    private const int RequestsPerRound = 1000;
    private const int Hostiles = 8;
    private const string Flood = "flood";
    private const double AtMost = 2;

    /// <summary>What is measured is a neighbour that goes on and on, and a platform that has done something about it by then.</summary>
    private static readonly TimeSpan Onset = TimeSpan.FromSeconds(2);

    // Each goes on until it is stopped; what is refused is sent again at once.
    private static readonly (string Name, string Sql)[] Harms =
    [
        ("processor", "SELECT count(*) FROM generate_series(1, 2000000)"),
        ("memory", "SELECT length(string_agg(md5(i::text), '')) FROM generate_series(1, 2000000) i"),
        ("disk", "INSERT INTO grown SELECT repeat(md5(n::text), 30) FROM generate_series(1, 3000) n"),
        (Flood, "SELECT 1"),
    ];

    public string Name => "neighbours";

    public string Summary => "the answers of one database while another does its worst, over a quiet one's";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        using var clients = ClientsFirst.Begin(progress);
        progress("starting a platform with two databases");
        NodeClients node = await NodeClients.EnsureAsync(cancellationToken);
        string recorded = await node.RunAsync("record.js", ["1"], TimeSpan.FromMinutes(1), cancellationToken);
        string body = JsonSerializer.Deserialize<Dictionary<string, string[]>>(recorded)!["findUnique"][0];
        // The disk runs full within the bench: being refused is part of that harm.
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample", "--disk-limit", "512");
        PlatformDatabase good = await platform.CreateDatabaseAsync("good", cancellationToken);
        PlatformDatabase hostile = await platform.CreateDatabaseAsync("hostile", cancellationToken);
        string tables = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "bench", "Dormouse.Bench", "Query", "schema.sql"),
            cancellationToken
        );
        await platform.ExecuteAsync(good.Id, tables, cancellationToken);
        await platform.ExecuteAsync(hostile.Id, "CREATE TABLE grown (text text)", cancellationToken);

        using var connection = ProtocolConnection.Open(platform.Http);
        byte[] request = ProtocolConnection.Request(platform.Http, good.ApiKey, body);
        await AskAsync(connection, request, cancellationToken);
        foreach ((_, string sql) in Harms)
        {
            // Served once each, so that what is measured is not a request that does nothing.
            connection.Send(Request(platform.Http, hostile, sql));
        }
        Dictionary<string, List<double[]>> samples = Harms.ToDictionary(harm => harm.Name, _ => new List<double[]>());
        List<double> flood = [];
        List<double[]> quiet = [];
        for (int round = -RoundsBefore; round < Rounds; round++)
        {
            progress(round < 0 ? "warming up" : $"round {round + 1} of {Rounds}");
            await Task.Delay(Onset, TimeProvider.System, cancellationToken);
            quiet.Add(await AskAsync(connection, request, cancellationToken));
            foreach ((string name, string sql) in Harms)
            {
                await using Hostile harm = Hostile.Begin(platform.Http, Request(platform.Http, hostile, sql), Hostiles);
                await Task.Delay(Onset, TimeProvider.System, cancellationToken);
                (long before, long began) = (harm.Answers, Stopwatch.GetTimestamp());
                samples[name].Add(await AskAsync(connection, request, cancellationToken));
                if (name == Flood)
                {
                    flood.Add((harm.Answers - before) / Stopwatch.GetElapsedTime(began).TotalSeconds);
                }
            }
        }
        BenchReport report = Report(quiet[RoundsBefore..], samples.ToDictionary(harm => harm.Key, harm => harm.Value[RoundsBefore..]));
        // What is left to who asks as fast as it can.
        report.Figure("flood_answers_per_second", Measure.OverRounds([.. flood[RoundsBefore..]]));
        return report;
    }

    /// <summary>On a thread of its own, which waits for nothing but the answer: other clients of this process would be before it in the pool's queue.</summary>
    private static async Task<double[]> AskAsync(ProtocolConnection connection, byte[] request, CancellationToken cancellationToken)
    {
        double[] milliseconds = new double[RequestsPerRound];
        Thread thread = new(() =>
        {
            for (int i = 0; i < milliseconds.Length; i++)
            {
                long sent = Stopwatch.GetTimestamp();
                connection.Send(request);
                milliseconds[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }
        });
        thread.Start();
        await Task.Run(thread.Join, cancellationToken);
        return milliseconds;
    }

    private static BenchReport Report(List<double[]> quiet, Dictionary<string, List<double[]>> samples)
    {
        BenchReport report = new("neighbours", Rounds);
        report.Baseline("quiet_p50_ms", Measure.OverSamples(quiet, 50));
        report.Baseline("quiet_p99_ms", Measure.OverSamples(quiet, 99));
        foreach ((string name, List<double[]> rounds) in samples)
        {
            report.Figure($"{name}_p50_ms", Measure.OverSamples(rounds, 50));
            report.Figure($"{name}_p99_ms", Measure.OverSamples(rounds, 99));
            IEnumerable<double> ratios = rounds.Zip(quiet, (harmed, calm) => Measure.Percentile(harmed, 99) / Measure.Percentile(calm, 99));
            report.Figure($"{name}_p99_ratio", Measure.OverRounds([.. ratios]));
            report.Aim(new Aim($"{name}_p99_ratio", AtMost: true, AtMost));
        }
        return report;
    }

    /// <summary>As client 7 sends <c>$executeRaw</c>.</summary>
    private static byte[] Request(Uri server, PlatformDatabase database, string sql)
    {
        string text = JsonSerializer.Serialize(sql);
        string body = $$$"""
            {"operation":"executeRaw","plan":{"type":"execute","args":{"type":"rawSql","sql":{{{text}}},"args":[],"argTypes":[]}},"params":{}}
            """;
        return ProtocolConnection.Request(server, database.ApiKey, body);
    }
}
