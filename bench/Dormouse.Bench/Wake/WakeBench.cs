using System.Diagnostics;
using System.Text.Json;
using Dormouse.Bench.Load;
using Dormouse.Bench.Query;
using Dormouse.Bench.Reports;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Wake;

/// <summary>
/// How long the first query through the edge takes when its database was frozen or stopped, beside a query of a warm one, and beside
/// what PostgreSQL alone needs: a bare server of the same image started and asked, and a bare stopped process tree continued and asked.
/// </summary>
/// <remarks><c>frozen_over_warm_p99_ms</c> is the frozen query's p99 over the warm one's median, the stricter reading of "over warm".</remarks>
internal sealed class WakeBench : IBench
{
    private const int Rounds = 7;
    private const int WarmPerRound = 150;
    private const int FrozenPerRound = 40;
    private const int StoppedPerRound = 5;

    public string Name => "wake";

    public string Summary => "the first query of a frozen and of a stopped database, beside bare PostgreSQL";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        progress("starting a platform with one small database");
        NodeClients clients = await NodeClients.EnsureAsync(cancellationToken);
        string recorded = await clients.RunAsync("record.js", ["1"], TimeSpan.FromMinutes(1), cancellationToken);
        string body = JsonSerializer.Deserialize<Dictionary<string, string[]>>(recorded)!["findUnique"][0];

        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("wake", cancellationToken);
        BenchRole role = BenchRole.New();
        string tables = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "bench", "Dormouse.Bench", "Query", "schema.sql"),
            cancellationToken
        );
        await platform.ExecuteAsync(database.Id, tables + role.Script, cancellationToken);

        using ProtocolConnection connection = await ProtocolConnection.OpenAsync(platform.Http, cancellationToken);
        byte[] request = ProtocolConnection.Request(platform.Http, database.ApiKey, body);
        Edge edge = new(platform, database, connection, request);
        DirectoryInfo bareFolder = Directory.CreateTempSubdirectory("dormouse-bare-");
        try
        {
            await using BareServer bare = await CopyAsync(platform, database, role, bareFolder.FullName, cancellationToken);
            return await MeasureAsync(edge, bare, progress, cancellationToken);
        }
        finally
        {
            bareFolder.Delete(recursive: true);
        }
    }

    private static async Task<BareServer> CopyAsync(
        PlatformProcess platform,
        PlatformDatabase database,
        BenchRole role,
        string folder,
        CancellationToken cancellationToken
    )
    {
        JsonElement shown = await platform.ShowAsync(database.Id, cancellationToken);
        int pid = shown.GetProperty("pid").GetInt32();
        string commandLine = await File.ReadAllTextAsync($"/proc/{pid}/cmdline", cancellationToken);
        string[] command = commandLine.TrimEnd('\0').Split('\0');
        string image = Path.Combine(platform.DataPath, "images", shown.GetProperty("image").GetString()!, "root");
        await platform.SleepAsync(database.Id, "stopped", cancellationToken);
        string data = Path.Combine(platform.DataPath, "instances", database.Id, "data");
        return await BareServer.CopyAsync(command, image, data, folder, role, cancellationToken);
    }

    private static async Task<BenchReport> MeasureAsync(
        Edge edge,
        BareServer bare,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        List<double[]> warm = [];
        List<double[]> frozen = [];
        List<double[]> stopped = [];
        List<double[]> bareWarm = [];
        List<double[]> bareThaw = [];
        List<double[]> bareStart = [];
        progress("warming up");
        await edge.SampleAsync(null, 500, cancellationToken);
        await edge.SampleAsync("frozen", 10, cancellationToken);
        await edge.SampleAsync("stopped", 2, cancellationToken);
        await bare.StartAsync(cancellationToken);
        await bare.StopAsync(cancellationToken);
        for (int round = 0; round < Rounds; round++)
        {
            progress($"round {round + 1} of {Rounds}");
            warm.Add(await edge.SampleAsync(null, WarmPerRound, cancellationToken));
            frozen.Add(await edge.SampleAsync("frozen", FrozenPerRound, cancellationToken));
            // One of each in turn, so that both meet the same moments of the machine.
            double[] ourStarts = new double[StoppedPerRound];
            double[] bareStarts = new double[StoppedPerRound];
            for (int i = 0; i < StoppedPerRound; i++)
            {
                ourStarts[i] = (await edge.SampleAsync("stopped", 1, cancellationToken))[0];
                bareStarts[i] = await bare.StartAsync(cancellationToken);
                if (i < StoppedPerRound - 1)
                {
                    await bare.StopAsync(cancellationToken);
                }
            }
            stopped.Add(ourStarts);
            bareStart.Add(bareStarts);
            bareWarm.Add(await SampleAsync(WarmPerRound, () => bare.AskAsync(cancellationToken)));
            bareThaw.Add(await SampleAsync(FrozenPerRound, () => bare.ThawAsync(cancellationToken)));
            await bare.StopAsync(cancellationToken);
        }
        return Report(new Samples(warm, frozen, stopped, bareWarm, bareThaw, bareStart));
    }

    private static BenchReport Report(Samples samples)
    {
        BenchReport report = new("wake", Rounds);
        report.Figure("warm_p50_ms", Measure.OverSamples(samples.Warm, 50));
        report.Figure("warm_p99_ms", Measure.OverSamples(samples.Warm, 99));
        report.Figure("frozen_p50_ms", Measure.OverSamples(samples.Frozen, 50));
        report.Figure("frozen_p99_ms", Measure.OverSamples(samples.Frozen, 99));
        report.Figure("stopped_p50_ms", Measure.OverSamples(samples.Stopped, 50));
        report.Figure("frozen_over_warm_p50_ms", Over(samples.Frozen, 50, samples.Warm));
        report.Figure("frozen_over_warm_p99_ms", Over(samples.Frozen, 99, samples.Warm));
        report.Figure("stopped_over_bare_ratio", Ratio(samples.Stopped, samples.BareStart));
        report.Baseline("bare_warm_p50_ms", Measure.OverSamples(samples.BareWarm, 50));
        report.Baseline("bare_thaw_p50_ms", Measure.OverSamples(samples.BareThaw, 50));
        report.Baseline("bare_thaw_p99_ms", Measure.OverSamples(samples.BareThaw, 99));
        report.Baseline("bare_thaw_over_warm_p50_ms", Over(samples.BareThaw, 50, samples.BareWarm));
        report.Baseline("bare_start_p50_ms", Measure.OverSamples(samples.BareStart, 50));
        report.Aim(new Aim("frozen_over_warm_p50_ms", AtMost: true, 3));
        report.Aim(new Aim("frozen_over_warm_p99_ms", AtMost: true, 10));
        report.Aim(new Aim("stopped_over_bare_ratio", AtMost: true, 1.5));
        return report;
    }

    private static Measure Over(List<double[]> cold, double percent, List<double[]> warm)
    {
        double warmMedian = Measure.OverSamples(warm, 50).Value;
        Measure measure = Measure.OverSamples(cold, percent);
        return new Measure(measure.Value - warmMedian, measure.Low - warmMedian, measure.High - warmMedian);
    }

    private static Measure Ratio(List<double[]> ours, List<double[]> bare) =>
        Measure.OverRounds([.. ours.Zip(bare, (our, their) => Measure.Percentile(our, 50) / Measure.Percentile(their, 50))]);

    private static async Task<double[]> SampleAsync(int count, Func<Task<double>> sample)
    {
        double[] milliseconds = new double[count];
        for (int i = 0; i < count; i++)
        {
            milliseconds[i] = await sample();
        }
        return milliseconds;
    }

    /// <summary>The database through the front door. Every sleep is checked: a query of a database that never slept would look fast.</summary>
    private sealed record Edge(PlatformProcess Platform, PlatformDatabase Database, ProtocolConnection Connection, byte[] Request)
    {
        /// <summary>Milliseconds of single requests, each after a sleep to the state named; null: none.</summary>
        public Task<double[]> SampleAsync(string? state, int count, CancellationToken cancellationToken) =>
            WakeBench.SampleAsync(
                count,
                async () =>
                {
                    if (state is not null)
                    {
                        await Platform.SleepAsync(Database.Id, state, cancellationToken);
                        await CheckAsleepAsync(state, cancellationToken);
                    }
                    long sent = Stopwatch.GetTimestamp();
                    await Connection.SendAsync(Request, cancellationToken);
                    return Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                }
            );

        private async Task CheckAsleepAsync(string state, CancellationToken cancellationToken)
        {
            JsonElement shown = await Platform.ShowAsync(Database.Id, cancellationToken);
            if (shown.GetProperty("state").GetString() is var actual && actual != state)
            {
                throw new InvalidOperationException($"The database was put to sleep as {state} and is {actual}.");
            }
        }
    }

    private sealed record Samples(
        List<double[]> Warm,
        List<double[]> Frozen,
        List<double[]> Stopped,
        List<double[]> BareWarm,
        List<double[]> BareThaw,
        List<double[]> BareStart
    );
}
