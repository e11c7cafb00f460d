using Dormouse.Bench.Load;
using Dormouse.Bench.Reports;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Edge;

/// <summary>
/// The query cache: hits beside a Kestrel endpoint that does nothing else, nginx and Varnish; what a miss costs; a stampede; and the hit
/// ratio on Zipf-distributed requests beside simulations of other policies.
/// </summary>
internal sealed class EdgeBench : IBench
{
    private const int Rounds = 5;
    private const int AimKilobytes = 10;
    private const int AimInFlight = 16;

    private static readonly int[] Kilobytes = [1, 10, 100];
    private static readonly int[] InFlight = [1, 16, 256];
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(3);

    public string Name => "edge";

    public string Summary => "the query cache: hits beside Kestrel, nginx and Varnish, misses, a stampede, hit ratio beside other policies";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        BenchReport report = new("edge", Rounds);
        progress("starting a platform");
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--freeze-after", "3600");
        PlatformDatabase database = await platform.CreateDatabaseAsync("bench", cancellationToken);
        await platform.ExecuteAsync(database.Id, StampedeFigure.Script, cancellationToken);

        await MeasureHitsAsync(report, platform, database, progress, cancellationToken);
        progress("what a miss costs");
        await MissFigure.MeasureAsync(report, platform, database, cancellationToken);
        progress("a stampede");
        await StampedeFigure.MeasureAsync(report, platform, database, cancellationToken);
        progress("hit ratios");
        ZipfFigure.Measure(report);
        return report;
    }

    private static async Task MeasureHitsAsync(
        BenchReport report,
        PlatformProcess platform,
        PlatformDatabase database,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        string folder = Directory.CreateTempSubdirectory("dormouse-bench-edge-").FullName;
        List<IDisposable> started = [];
        try
        {
            List<EdgeSide> sides = await OpenSidesAsync(platform, database, folder, started, progress, cancellationToken);
            await CheckSameAnswersAsync(sides, cancellationToken);
            progress("warming up");
            foreach (EdgeSide side in sides)
            {
                await side.RunAsync(AimKilobytes, AimInFlight, WarmUpTime, cancellationToken);
            }
            HitFigures figures = new();
            for (int round = 0; round < Rounds; round++)
            {
                progress($"round {round + 1} of {Rounds}");
                foreach ((int kilobytes, int inFlight) in Kilobytes.SelectMany(size => InFlight.Select(count => (size, count))))
                {
                    // Who goes first changes from round to round, so that none always meets the caches as another left them.
                    foreach (EdgeSide side in Enumerable.Range(0, sides.Count).Select(index => sides[(index + round) % sides.Count]))
                    {
                        figures.Add(side.Name, kilobytes, inFlight, await side.RunAsync(kilobytes, inFlight, RoundTime, cancellationToken));
                    }
                }
            }
            figures.Report(report, [.. sides.Select(side => side.Name)], Kilobytes, InFlight, AimKilobytes, AimInFlight);
        }
        finally
        {
            started.Reverse();
            started.ForEach(each => each.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<EdgeSide>> OpenSidesAsync(
        PlatformProcess platform,
        PlatformDatabase database,
        string folder,
        List<IDisposable> started,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        List<EdgeSide> sides = [];
        await OpenAsync(
            HitFigures.Ours,
            platform.Http,
            size => EdgeRequests.Post(platform.Http, "/query", database.ApiKey, Body(size), "max-age=86400"),
            platform.Pid
        );
        foreach (int size in Kilobytes)
        {
            await File.WriteAllBytesAsync(
                Path.Combine(folder, $"{size}"),
                await sides[0].AskAsync(size, cancellationToken),
                cancellationToken
            );
        }
        MemoryServer kestrel = await MemoryServer.StartAsync(folder, cancellationToken);
        started.Add(kestrel);
        await OpenAsync(
            HitFigures.Kestrel,
            kestrel.Url,
            size => EdgeRequests.Post(kestrel.Url, $"/{size}", database.ApiKey, Body(size), "max-age=86400"),
            kestrel.Pid
        );
        await TryOpenCacheAsync("nginx", () => DebianPeer.StartNginxAsync(kestrel.Url, cancellationToken));
        await TryOpenCacheAsync("varnish", () => DebianPeer.StartVarnishAsync(kestrel.Url, cancellationToken));
        return sides;

        static string Body(int size) => EdgeRequests.BodyOfSize(size * 1024);

        async Task OpenAsync(string name, Uri server, Func<int, byte[]> request, int? pid)
        {
            Dictionary<int, byte[]> requests = Kilobytes.ToDictionary(size => size, request);
            EdgeSide side = await EdgeSide.OpenAsync(name, server, requests, InFlight.Max(), pid, cancellationToken);
            started.Add(side);
            sides.Add(side);
        }

        async Task TryOpenCacheAsync(string name, Func<Task<DebianPeer>> start)
        {
            try
            {
                progress($"bringing and starting {name}");
                DebianPeer peer = await start();
                started.Add(peer);
                await OpenAsync(name, peer.Url, size => EdgeRequests.Get(peer.Url, $"/{size}"), null);
            }
            catch (Exception failure)
                when (failure is InvalidOperationException or System.ComponentModel.Win32Exception or TimeoutException)
            {
                // A host without Debian's packages: the aims that need this one are missing from the report.
                progress($"{name} is skipped: {failure.Message}");
            }
        }
    }

    /// <summary>A side that answered something else would be measured doing other work.</summary>
    private static async Task CheckSameAnswersAsync(List<EdgeSide> sides, CancellationToken cancellationToken)
    {
        foreach (int size in Kilobytes)
        {
            byte[] ours = await sides[0].AskAsync(size, cancellationToken);
            if (ours.Length != size * 1024)
            {
                throw new InvalidOperationException($"The answer of {size} KB has {ours.Length} bytes.");
            }
            foreach (EdgeSide side in sides.Skip(1))
            {
                byte[] theirs = await side.AskAsync(size, cancellationToken);
                if (!ours.AsSpan().SequenceEqual(theirs))
                {
                    throw new InvalidOperationException($"{side.Name} answers something else than Dormouse.");
                }
            }
        }
    }
}
