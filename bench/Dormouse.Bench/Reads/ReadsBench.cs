using System.Buffers;
using Dormouse.Bench.Reports;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Reads;
using Dormouse.Schema;
using Dormouse.Testing;

namespace Dormouse.Bench.Reads;

/// <summary>
/// The two read strategies beside each other: the same queries of clients 5 and 6, on the same rows of one PostgreSQL, through the same
/// engine in this process; over the server's own socket, and over a link that takes a millisecond or a little more
/// either way. ADR 5 rests on it.
/// </summary>
internal sealed class ReadsBench : IBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(1);
    private static readonly ReadStrategy[] Strategies = [ReadStrategy.Separate, ReadStrategy.Joined];

    public string Name => "reads";

    public string Summary => "records with their relations by one joined statement, or by separate ones: near and over a network";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        await using TestPostgres server = await TestPostgres.StartAsync([], cancellationToken);
        string folder = Path.Combine(Checkout.Root, "bench", "Dormouse.Bench", "Reads");
        await server.ExecuteAsync(
            server.Database,
            await File.ReadAllTextAsync(Path.Combine(folder, "rows.sql"), cancellationToken),
            cancellationToken
        );
        string schema = await File.ReadAllTextAsync(Path.Combine(folder, "schema.prisma"), cancellationToken);
        var engine = new QueryEngine(SchemaReader.Read(schema).Schema!, new OperationCache(1_000, 64L << 20), new QueryLimits());
        using var socketFolder = new TestDataFolder();
        await using var link = new SlowLink(socketFolder.Path, server.SocketPath, OneWay);
        await using var near = new EngineReader(engine, server, server.SocketPath);
        await using var far = new EngineReader(engine, server, link.SocketPath);
        (string Name, EngineReader Reader)[] links = [("socket", near), ("network", far)];
        var figures = new ReadFigures();
        await CheckSameAnswersAsync(near, cancellationToken);
        for (int round = -1; round < Rounds; round++)
        {
            progress(round < 0 ? "warming up" : $"round {round + 1} of {Rounds}");
            foreach ((string name, EngineReader reader) in links)
            {
                await RunRoundAsync(round, name, reader, figures, cancellationToken);
            }
        }
        Measure trip = await RoundTripAsync(near, far, cancellationToken);
        return figures.Report(new BenchReport(Name, Rounds), [.. links.Select(one => one.Name)], trip);
    }

    private static async Task RunRoundAsync(
        int round,
        string link,
        EngineReader reader,
        ReadFigures figures,
        CancellationToken cancellationToken
    )
    {
        foreach (ReadSetting setting in ReadSetting.All)
        {
            // The other strategy goes first each round.
            foreach (ReadStrategy strategy in round % 2 == 0 ? Strategies : Strategies.Reverse())
            {
                ReadRound measured = await ReadRound.RunAsync(reader, setting, strategy, RoundTime, cancellationToken);
                if (round >= 0)
                {
                    figures.Add(link, setting, strategy, measured);
                }
            }
        }
    }

    private static async Task CheckSameAnswersAsync(EngineReader reader, CancellationToken cancellationToken)
    {
        foreach (ReadSetting setting in ReadSetting.All)
        {
            byte[][] answers = await Task.WhenAll(Strategies.Select(strategy => AskAsync(setting.Query(strategy, 1))));
            if (!answers[0].AsSpan().SequenceEqual(answers[1]))
            {
                throw new InvalidOperationException($"The strategies answer {setting} differently.");
            }
        }

        async Task<byte[]> AskAsync(byte[] query)
        {
            var answer = new ArrayBufferWriter<byte>();
            await reader.ReadAsync(query, answer, cancellationToken);
            return answer.WrittenSpan.ToArray();
        }
    }

    /// <summary>What the link adds to a statement: the difference of a query that has but one.</summary>
    private static async Task<Measure> RoundTripAsync(EngineReader near, EngineReader far, CancellationToken cancellationToken)
    {
        ReadSetting setting = new(ReadCase.Alone, 1, 1);
        var differences = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            ReadRound direct = await ReadRound.RunAsync(near, setting, ReadStrategy.Separate, RoundTime, cancellationToken);
            ReadRound linked = await ReadRound.RunAsync(far, setting, ReadStrategy.Separate, RoundTime, cancellationToken);
            differences.Add(linked.P50 - direct.P50);
        }
        return Measure.OverRounds(differences);
    }
}
