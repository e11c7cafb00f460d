using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Bench.Load;
using Dormouse.Bench.Reports;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Query;

/// <summary>
/// The same protocol B requests, as a generated npm client sends them, to Dormouse and to the npm query plan executor, one after the
/// other on the same instance with pools of the same size. The load generator shares the cores with both; its share is reported.
/// </summary>
internal sealed class QueryBench : IBench
{
    private const int Rounds = 7;
    private const int RequestsPerOperation = 200;

    /// <summary>Both sides' server connections; the default of Dormouse's pool and of node-postgres.</summary>
    private const int PoolSize = 10;

    private static readonly int[] InFlight = [1, 16];
    private static readonly string[] Operations = ["findUnique", "findMany", "create"];
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1.5);

    /// <summary>Long enough for both just-in-time compilers to settle.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(4);

    public string Name => "query";

    public string Summary => "protocol B requests through Dormouse and through the npm query plan executor, on one PostgreSQL";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        progress("installing the npm clients and recording their requests");
        NodeClients clients = await NodeClients.EnsureAsync(cancellationToken);
        Dictionary<string, string[]> bodies = await RecordAsync(clients, cancellationToken);

        progress("starting a platform and the peer on the same instance");
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("bench", cancellationToken);
        BenchRole role = BenchRole.New();
        string tables = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "bench", "Dormouse.Bench", "Query", "schema.sql"),
            cancellationToken
        );
        await platform.ExecuteAsync(database.Id, tables + role.Script, cancellationToken);
        using Peer peer = await Peer.StartAsync(clients, platform.SocketFolder(database.Id), role, PoolSize, cancellationToken);

        int connections = InFlight.Max();
        using Side ours = await Side.OpenAsync("dormouse", platform.Http, database.ApiKey, bodies, connections, cancellationToken);
        using Side theirs = await Side.OpenAsync("executor", peer.Url, "unused", bodies, connections, cancellationToken);
        await using InstanceKeptAwake awake = await InstanceKeptAwake.StartAsync(platform, database, bodies["findUnique"][0]);

        await CheckSameAnswersAsync(ours, theirs, cancellationToken);
        return await MeasureAsync(ours, theirs, progress, cancellationToken);
    }

    private static async Task<Dictionary<string, string[]>> RecordAsync(NodeClients clients, CancellationToken cancellationToken)
    {
        string recorded = await clients.RunAsync("record.js", [$"{RequestsPerOperation}"], TimeSpan.FromMinutes(1), cancellationToken);
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(recorded)!;
    }

    /// <summary>A side that answered something else would be measured doing other work.</summary>
    private static async Task CheckSameAnswersAsync(Side ours, Side theirs, CancellationToken cancellationToken)
    {
        foreach (string operation in Operations.Where(operation => operation != "create"))
        {
            JsonNode? our = DataOf(await ours.AskAsync(operation, cancellationToken));
            JsonNode? their = DataOf(await theirs.AskAsync(operation, cancellationToken));
            if (our is null || !JsonNode.DeepEquals(our, their))
            {
                throw new InvalidOperationException(
                    $"The sides answer {operation} differently.\nDormouse: {our?.ToJsonString()}\nexecutor: {their?.ToJsonString()}"
                );
            }
        }
    }

    private static JsonNode? DataOf(byte[] body) => JsonNode.Parse(body)?["data"];

    private static async Task<BenchReport> MeasureAsync(
        Side ours,
        Side theirs,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        QueryFigures figures = new();
        progress("warming up");
        foreach (string operation in Operations)
        {
            await ours.RunAsync(operation, InFlight.Max(), WarmUpTime, cancellationToken);
            await theirs.RunAsync(operation, InFlight.Max(), WarmUpTime, cancellationToken);
        }
        TimeSpan cpuBefore = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < Rounds; round++)
        {
            progress($"round {round + 1} of {Rounds}");
            // Who goes first changes from round to round, so that neither always meets the caches as the other left them.
            Side[] order = round % 2 == 0 ? [ours, theirs] : [theirs, ours];
            foreach (int inFlight in InFlight)
            {
                foreach (string operation in Operations)
                {
                    foreach (Side side in order)
                    {
                        LoadRound result = await side.RunAsync(operation, inFlight, RoundTime, cancellationToken);
                        figures.Add(side.Name, operation, inFlight, result);
                    }
                }
            }
        }
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime - cpuBefore;
        double share = cpu / (Stopwatch.GetElapsedTime(started) * Environment.ProcessorCount) * 100;

        BenchReport report = new("query", Rounds);
        figures.Report(report, ours.Name, theirs.Name, Operations, InFlight);
        report.Figure("generator_cpu_percent", new Measure(share, share, share));
        report.Aim(new Aim("b_throughput_ratio_16", AtMost: false, 3));
        return report;
    }
}
