using System.Diagnostics;
using Dormouse.Bench.Load;
using Dormouse.Bench.Reports;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Edge;

/// <summary>
/// What looking in vain, sharing and keeping cost a query: the same requests with a strategy and without one, each another one, in turn
/// on one connection.
/// </summary>
internal static class MissFigure
{
    private const int Rounds = 9;
    private const int Pairs = 400;
    private const int AnswerLetters = 2_000;

    public static async Task MeasureAsync(
        BenchReport report,
        PlatformProcess platform,
        PlatformDatabase database,
        CancellationToken cancellationToken
    )
    {
        using ProtocolConnection connection = await ProtocolConnection.OpenAsync(platform.Http, cancellationToken);
        List<double[]> plain = [];
        List<double[]> missed = [];
        var mark = 0;
        // The first round only warms up.
        for (int round = -1; round < Rounds; round++)
        {
            double[] plainTimes = new double[Pairs];
            double[] missedTimes = new double[Pairs];
            byte[][] without = [.. Enumerable.Range(mark, Pairs).Select(number => Request(number, null))];
            byte[][] with = [.. Enumerable.Range(mark, Pairs).Select(number => Request(number, "max-age=60"))];
            for (int pair = 0; pair < Pairs; pair++)
            {
                // Whoever goes second finds the processor's caches warm, so they take turns.
                if (pair % 2 == 0)
                {
                    plainTimes[pair] = await TimeAsync(without[pair]);
                    missedTimes[pair] = await TimeAsync(with[pair]);
                }
                else
                {
                    missedTimes[pair] = await TimeAsync(with[pair]);
                    plainTimes[pair] = await TimeAsync(without[pair]);
                }
            }
            mark += Pairs;
            if (round >= 0)
            {
                plain.Add(plainTimes);
                missed.Add(missedTimes);
            }
        }
        report.Figure("miss_p50_ms", Measure.OverSamples(missed, 50));
        report.Baseline("uncached_p50_ms", Measure.OverSamples(plain, 50));
        double[] overheads =
        [
            .. missed.Zip(plain, (miss, none) => ((Measure.Percentile(miss, 50) / Measure.Percentile(none, 50)) - 1) * 100),
        ];
        report.Figure("miss_overhead_p50_percent", Measure.OverRounds(overheads));
        report.Aim(new Aim("miss_overhead_p50_percent", AtMost: true, 10));

        byte[] Request(int number, string? cacheControl) =>
            EdgeRequests.Post(
                platform.Http,
                "/query",
                database.ApiKey,
                EdgeRequests.Body($"repeat('x', {AnswerLetters})", number),
                cacheControl
            );

        async Task<double> TimeAsync(byte[] request)
        {
            long sent = Stopwatch.GetTimestamp();
            await connection.SendAsync(request, cancellationToken);
            return Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
        }
    }
}
