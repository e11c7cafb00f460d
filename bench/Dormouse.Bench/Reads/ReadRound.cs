using System.Buffers;
using System.Diagnostics;
using Dormouse.Bench.Reports;
using Dormouse.Query.Reads;

namespace Dormouse.Bench.Reads;

/// <summary>One strategy in one setting for a while.</summary>
internal sealed record ReadRound(double PerSecond, double P50)
{
    public static async Task<ReadRound> RunAsync(
        EngineReader reader,
        ReadSetting setting,
        ReadStrategy strategy,
        TimeSpan time,
        CancellationToken cancellationToken
    )
    {
        long began = Stopwatch.GetTimestamp();
        List<double>[] samples = await Task.WhenAll(
            Enumerable.Range(0, setting.InFlight).Select(worker => Task.Run(() => WorkAsync(worker), cancellationToken))
        );
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double[] all = [.. samples.SelectMany(times => times)];
        return new ReadRound(all.Length / seconds, Measure.Percentile(all, 50));

        async Task<List<double>> WorkAsync(int worker)
        {
            var times = new List<double>();
            var answer = new ArrayBufferWriter<byte>(64 * 1024);
            // At least one, however long it takes.
            do
            {
                byte[] asked = setting.Query(strategy, (worker * 7919) + times.Count);
                long start = Stopwatch.GetTimestamp();
                await reader.ReadAsync(asked, answer, cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            } while (Stopwatch.GetElapsedTime(began) < time);
            return times;
        }
    }
}
