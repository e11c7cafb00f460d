using System.Diagnostics;
using Dormouse.Bench.Reports;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Query;

/// <summary>
/// The same requests, as generated npm clients send them, to Dormouse and to others, on the same instance:
/// the plans of client 7 to the npm query plan executor, the queries of client 6 to Prisma's query engine and to a server written by
/// hand for just these. The load generator shares the cores with all of them; its share is reported.
/// </summary>
internal sealed class QueryBench : IBench
{
    private const int Rounds = 7;
    private const int RequestsPerOperation = 200;

    /// <summary>Server connections of the executor; the default of Dormouse's pool and of node-postgres.</summary>
    private const int PoolSize = 10;

    /// <summary>
    /// The same where three sides share the 27 connections of a small instance, besides Dormouse's 10. Two cores are busy with four.
    /// </summary>
    private const int SharedPoolSize = 8;

    private static readonly int[] PlanConcurrencies = [1, 16];
    private static readonly int[] QueryConcurrencies = [16];
    private static readonly string[] PlanOperations = ["findUnique", "findMany", "create"];
    private static readonly string[] ReadOperations = ["findUnique", "findMany", "aggregate"];
    private static readonly string[] WriteOperations = ["create", "createNested", "update"];
    private static readonly string[] QueryOperations = [.. ReadOperations, .. WriteOperations];

    public string Name => "query";

    public string Summary => "requests of clients 6 and 7 through Dormouse, through Prisma's engines, and by hand, on one PostgreSQL";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        progress("installing the npm clients and recording their requests");
        NodeClients clients7 = await NodeClients.EnsureAsync(ClientSet.Prisma7, cancellationToken);
        NodeClients clients6 = await NodeClients.EnsureAsync(ClientSet.Prisma6, cancellationToken);
        RecordedRequests plans = await RecordedRequests.OfPlansAsync(clients7, RequestsPerOperation, cancellationToken);
        RecordedRequests queries = await RecordedRequests.OfQueriesAsync(clients6, RequestsPerOperation, cancellationToken);

        progress("starting a platform and the others on the same instance");
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("bench", cancellationToken);
        BenchRole role = BenchRole.New();
        string tables = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "bench", "Dormouse.Bench", "Query", "schema.sql"),
            cancellationToken
        );
        await platform.ExecuteAsync(database.Id, tables + role.Script, cancellationToken);
        BenchSetting setting = new(platform, database, role);
        QueryFigures planFigures = new("b");
        QueryFigures queryFigures = new("a");
        // One contest after the other, since a small instance has no room for the connections of all sides at once.
        double[] shares =
        [
            await CompetePlansAsync(setting, clients7, plans, planFigures, progress, cancellationToken),
            await CompeteQueriesAsync(setting, queries, queryFigures, progress, cancellationToken),
        ];
        return Report(planFigures, queryFigures, shares.Average());
    }

    private static async Task<double> CompetePlansAsync(
        BenchSetting setting,
        NodeClients clients,
        RecordedRequests plans,
        QueryFigures figures,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        using Peer executor = await Peer.StartAsync(clients.Start("peer.js", setting.Url(PoolSize)), cancellationToken);
        int connections = PlanConcurrencies.Max();
        using Side ours = await Side.OpenAsync("dormouse", setting.Http, setting.ApiKey, plans, connections, cancellationToken);
        using Side theirs = await Side.OpenAsync("executor", executor.Url, "unused", plans, connections, cancellationToken);
        await using InstanceKeptAwake awake = await InstanceKeptAwake.StartAsync(setting.Http, ours.Requests["findUnique"][0]);
        Contest contest = new([ours, theirs], PlanOperations, PlanConcurrencies, figures);
        await contest.CheckSameAnswersAsync(["findUnique", "findMany"], cancellationToken);
        return await RunAsync(contest, progress, cancellationToken);
    }

    private static async Task<double> CompeteQueriesAsync(
        BenchSetting setting,
        RecordedRequests queries,
        QueryFigures figures,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        using EnginePeer engine = await EnginePeer.StartAsync(cancellationToken, "--pool", $"{SharedPoolSize}");
        using Peer handwritten = await Peer.StartHandwrittenAsync(setting.ConnectionString(SharedPoolSize), cancellationToken);
        int connections = QueryConcurrencies.Max();
        using Side ours = await Side.OpenAsync("dormouse", setting.Http, setting.ApiKey, queries, connections, cancellationToken);
        using Side theirs = await Side.OpenAsync("engine", engine.Http, setting.EngineKey, queries, connections, cancellationToken);
        RecordedRequests withoutSchema = queries with { Schema = null };
        using Side byHand = await Side.OpenAsync("handwritten", handwritten.Url, "unused", withoutSchema, connections, cancellationToken);
        await using InstanceKeptAwake awake = await InstanceKeptAwake.StartAsync(setting.Http, ours.Requests["findUnique"][0]);
        Contest contest = new([ours, theirs, byHand], QueryOperations, QueryConcurrencies, figures);
        await contest.CheckSameAnswersAsync(ReadOperations, cancellationToken);
        return await RunAsync(contest, progress, cancellationToken);
    }

    /// <returns>The load generator's share of the machine's time, in percent.</returns>
    private static async Task<double> RunAsync(Contest contest, Action<string> progress, CancellationToken cancellationToken)
    {
        progress("warming up");
        await contest.WarmUpAsync(cancellationToken);
        TimeSpan cpuBefore = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < Rounds; round++)
        {
            progress($"round {round + 1} of {Rounds}");
            await contest.RunRoundAsync(round, cancellationToken);
        }
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime - cpuBefore;
        return cpu / (Stopwatch.GetElapsedTime(started) * Environment.ProcessorCount) * 100;
    }

    private static BenchReport Report(QueryFigures plans, QueryFigures queries, double generatorShare)
    {
        BenchReport report = new("query", Rounds);
        foreach (int inFlight in PlanConcurrencies)
        {
            plans.ReportThroughput(report, "throughput_ratio", "dormouse", "executor", PlanOperations, inFlight);
        }
        queries.ReportThroughput(report, "read_throughput_ratio", "dormouse", "engine", ReadOperations, 16);
        queries.ReportThroughput(report, "write_throughput_ratio", "dormouse", "engine", WriteOperations, 16);
        queries.ReportTail(report, "p99_ratio", "dormouse", "engine", QueryOperations, 16);
        queries.ReportThroughput(report, "over_handwritten_ratio", "dormouse", "handwritten", QueryOperations, 16);
        plans.ReportOperations(report, "dormouse", ["executor"], PlanOperations, PlanConcurrencies);
        queries.ReportOperations(report, "dormouse", ["engine", "handwritten"], QueryOperations, QueryConcurrencies);
        report.Figure("generator_cpu_percent", Measure.Once(generatorShare));
        report.Aim(new Aim("b_throughput_ratio_16", AtMost: false, 5));
        report.Aim(new Aim("a_read_throughput_ratio_16", AtMost: false, 5));
        report.Aim(new Aim("a_write_throughput_ratio_16", AtMost: false, 3));
        report.Aim(new Aim("a_p99_ratio_16", AtMost: true, 1));
        report.Aim(new Aim("a_over_handwritten_ratio_16", AtMost: false, 0.6));
        return report;
    }
}
