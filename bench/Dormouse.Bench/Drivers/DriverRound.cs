using System.Diagnostics;
using Dormouse.Bench.Reports;

namespace Dormouse.Bench.Drivers;

/// <summary>One side, one statement, so many in flight, for a while.</summary>
internal sealed record DriverRound(double PerSecond, double P50, double P99, double CpuMicroseconds, double AllocatedBytes)
{
    // Room for more than a worker can do in a round, so that keeping times allocates nothing meanwhile.
    private const int SamplesMax = 200_000;

    public static async Task<DriverRound> RunAsync(
        IDriver driver,
        DriverQuery query,
        int inFlight,
        TimeSpan time,
        CancellationToken cancellationToken
    )
    {
        var samples = new double[inFlight][];
        var counts = new int[inFlight];
        for (var worker = 0; worker < inFlight; worker++)
        {
            samples[worker] = new double[SamplesMax / inFlight];
        }
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        TimeSpan cpuBefore = process.TotalProcessorTime;
        long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(worker => Task.Run(() => WorkAsync(worker), cancellationToken)));
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        process.Refresh();
        TimeSpan cpu = process.TotalProcessorTime - cpuBefore;
        int total = counts.Sum();
        double[] all = [.. samples.SelectMany((times, worker) => times.Take(counts[worker]))];
        return new DriverRound(
            total / seconds,
            Measure.Percentile(all, 50),
            Measure.Percentile(all, 99),
            cpu.TotalMicroseconds / total,
            (double)allocated / total
        );

        async Task WorkAsync(int worker)
        {
            double[] times = samples[worker];
            var done = 0;
            while (done < times.Length && Stopwatch.GetElapsedTime(began) < time)
            {
                long start = Stopwatch.GetTimestamp();
                await driver.RunAsync(query, DriverQuery.Value((worker * 7919) + done), worker, cancellationToken);
                times[done++] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
            counts[worker] = done;
        }
    }
}
