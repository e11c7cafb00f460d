using System.Diagnostics;
using System.Globalization;
using Dormouse.Bench.Load;
using Dormouse.Bench.Query;
using Dormouse.Bench.Reports;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Schema;

/// <summary>
/// What a schema costs: the time from its upload to its first answered query, and the memory that is held for it, through Dormouse and
/// through Prisma's query engine of client 6. Each upload is a schema that the server has never seen.
/// </summary>
internal sealed class SchemaBench : IBench
{
    private const int Rounds = 15;

    /// <summary>
    /// Of each size in a round, in turns; the round says what the middle one took. A collection of memory, or another process that gets the
    /// core, falls into every few of them, and one upload for each round would tell of that.
    /// </summary>
    private const int UploadsPerRound = 5;

    /// <summary>
    /// Uploads of each size before the first that counts. Both servers run for weeks, and both compile their code while it runs, in
    /// several steps; what the very first upload after a start costs is a figure of its own.
    /// </summary>
    private const int WarmUps = 40;

    private const int HeldSchemas = 8;

    private const int OrderSeed = 1;

    private static readonly int[] Sizes = [10, 100, 500, 1000];

    private readonly Random orders = new(OrderSeed);

    private int editions;

    public string Name => "schema";

    public string Summary => "schemas of 10 to 1,000 models: upload to first answer, and memory held, beside Prisma's query engine";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        progress("starting a platform and Prisma's query engine on the same instance");
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("bench", cancellationToken);
        BenchRole role = BenchRole.New();
        await platform.ExecuteAsync(database.Id, GeneratedSchema.Table + role.Script, cancellationToken);
        using EnginePeer engine = await EnginePeer.StartAsync(cancellationToken, "--pool", "2");
        string key = EnginePeer.KeyOf(platform.SocketFolder(database.Id), role.Name, role.Password, "postgres");

        Server ours = new("dormouse", platform.Http, database.ApiKey, platform.Pid);
        Server theirs = new("engine", engine.Http, key, engine.Pid);
        double ourStart = await FirstAnswerAsync(ours, Next(100), cancellationToken);
        double theirStart = await FirstAnswerAsync(theirs, Next(100), cancellationToken);
        progress("warming up");
        for (int i = 0; i < WarmUps; i++)
        {
            foreach (int size in Sizes)
            {
                await FirstAnswerAsync(ours, Next(size), cancellationToken);
                await FirstAnswerAsync(theirs, Next(size), cancellationToken);
            }
        }
        Dictionary<(string, int), List<double>> times = [];
        for (int round = 0; round < Rounds; round++)
        {
            progress($"round {round + 1} of {Rounds}");
            Server[] order = round % 2 == 0 ? [ours, theirs] : [theirs, ours];
            foreach (((string, int) what, List<double> uploads) in await RoundAsync(order, cancellationToken))
            {
                (times.TryGetValue(what, out var list) ? list : times[what] = []).Add(Measure.Percentile(uploads, 50));
            }
        }
        progress("measuring the memory that is held");
        double ourMemory = await HeldMegabytesAsync(ours, cancellationToken);
        double theirMemory = await HeldMegabytesAsync(theirs, cancellationToken);
        BenchReport report = Report(times, ourMemory, theirMemory);
        report.Figure("schema_100_after_start_ms", Measure.Once(ourStart));
        report.Baseline("engine_schema_100_after_start_ms", Measure.Once(theirStart));
        return report;
    }

    /// <summary>Milliseconds of each upload, by server and size.</summary>
    private async Task<Dictionary<(string Server, int Size), List<double>>> RoundAsync(Server[] order, CancellationToken cancellationToken)
    {
        Dictionary<(string, int), List<double>> uploads = [];
        for (int i = 0; i < UploadsPerRound; i++)
        {
            foreach ((int size, Server server) in Turns(order))
            {
                double milliseconds = await FirstAnswerAsync(server, Next(size), cancellationToken);
                (uploads.TryGetValue((server.Name, size), out var list) ? list : uploads[(server.Name, size)] = []).Add(milliseconds);
            }
        }
        return uploads;
    }

    /// <summary>
    /// Each size at each server, in an order that changes: the engine works for 14 ms or for 190 before our turn, and leaves the processor's caches
    /// accordingly. In one order for ever, one of our sizes would always meet them as the largest left them.
    /// </summary>
    private IEnumerable<(int Size, Server Server)> Turns(Server[] order)
    {
        int[] sizes = [.. Sizes];
        orders.Shuffle(sizes);
        return sizes.SelectMany(size => order.Select(server => (size, server)));
    }

    private static BenchReport Report(Dictionary<(string Server, int Size), List<double>> times, double ourMemory, double theirMemory)
    {
        BenchReport report = new("schema", Rounds);
        foreach (int size in Sizes)
        {
            List<double> our = times[("dormouse", size)];
            List<double> their = times[("engine", size)];
            report.Figure($"schema_{size}_ms", Measure.OverRounds(our));
            report.Baseline($"engine_schema_{size}_ms", Measure.OverRounds(their));
            report.Figure($"schema_{size}_time_ratio", Measure.OverRounds([.. our.Zip(their, (o, t) => o / t)]));
        }
        List<double> thousand = times[("dormouse", 1000)];
        report.Figure(
            "schema_1000_over_100_ratio",
            Measure.OverRounds([.. thousand.Zip(times[("dormouse", 100)], (large, small) => large / small)])
        );
        report.Figure("schema_500_memory_mb", Measure.Once(ourMemory));
        report.Baseline("engine_schema_500_memory_mb", Measure.Once(theirMemory));
        report.Aim(new Aim("schema_500_time_ratio", AtMost: true, 0.11));
        report.Aim(new Aim("schema_1000_over_100_ratio", AtMost: true, 4));
        return report;
    }

    private GeneratedSchema Next(int models) => GeneratedSchema.Of(models, ++editions);

    private static async Task<double> FirstAnswerAsync(Server server, GeneratedSchema schema, CancellationToken cancellationToken)
    {
        using ProtocolConnection connection = await ProtocolConnection.OpenAsync(server.Url, cancellationToken);
        string path = $"/6.19.3/{schema.Hash}";
        byte[] upload = ProtocolConnection.Request(server.Url, server.ApiKey, schema.Upload, $"PUT {path}/schema");
        byte[] query = ProtocolConnection.Request(server.Url, server.ApiKey, GeneratedSchema.Query, $"POST {path}/graphql");
        long started = Stopwatch.GetTimestamp();
        await connection.SendAsync(upload, cancellationToken);
        ReadOnlyMemory<byte> answer = await connection.SendAsync(query, cancellationToken);
        double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        string text = System.Text.Encoding.UTF8.GetString(answer.Span);
        return text.Contains("\"name\":\"first\"", StringComparison.Ordinal)
            ? milliseconds
            : throw new InvalidOperationException($"{server.Name} answered {text}");
    }

    /// <summary>Resident memory that one more schema of 500 models costs, over several.</summary>
    private async Task<double> HeldMegabytesAsync(Server server, CancellationToken cancellationToken)
    {
        long before = ResidentBytes(server.Pid);
        for (int i = 0; i < HeldSchemas; i++)
        {
            await FirstAnswerAsync(server, Next(500), cancellationToken);
        }
        return Math.Max(0, (ResidentBytes(server.Pid) - before) / (1024.0 * 1024) / HeldSchemas);
    }

    private static long ResidentBytes(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(text => text.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private sealed record Server(string Name, Uri Url, string ApiKey, int Pid);
}
