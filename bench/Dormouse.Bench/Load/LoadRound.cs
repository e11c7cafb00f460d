using System.Diagnostics;

namespace Dormouse.Bench.Load;

/// <summary>What one side did in one round.</summary>
/// <param name="PerSecond">Answers per second.</param>
/// <param name="Milliseconds">How long each answer took.</param>
internal sealed record LoadRound(double PerSecond, IReadOnlyList<double> Milliseconds)
{
    /// <summary>
    /// Sends requests in rotation over all connections, one in flight on each, until the time is up. Each connection starts at another
    /// request.
    /// </summary>
    public static async Task<LoadRound> RunAsync(
        IReadOnlyList<ProtocolConnection> connections,
        byte[][] requests,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        long started = Stopwatch.GetTimestamp();
        long until = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        Task<List<double>>[] workers =
        [
            .. connections.Select(
                (connection, index) =>
                    SendUntilAsync(connection, requests, index * requests.Length / connections.Count, until, cancellationToken)
            ),
        ];
        List<double>[] latencies = await Task.WhenAll(workers);
        double[] all = [.. latencies.SelectMany(worker => worker)];
        return new LoadRound(all.Length / Stopwatch.GetElapsedTime(started).TotalSeconds, all);
    }

    /// <summary>A failed query is answered with 200 in protocol A; a side that fails must not pass for a fast one.</summary>
    private static void RequireData(ReadOnlySpan<byte> answer)
    {
        int start = answer.IndexOf((byte)'{');
        if (start < 0 || !answer[start..].StartsWith("{\"data\":"u8))
        {
            throw new InvalidOperationException($"The server answered {System.Text.Encoding.UTF8.GetString(answer)}");
        }
    }

    private static async Task<List<double>> SendUntilAsync(
        ProtocolConnection connection,
        byte[][] requests,
        int first,
        long until,
        CancellationToken cancellationToken
    )
    {
        await Task.Yield();
        List<double> milliseconds = new(8192);
        for (int next = first; ; next++)
        {
            long sent = Stopwatch.GetTimestamp();
            if (sent >= until)
            {
                return milliseconds;
            }
            ReadOnlyMemory<byte> answer = await connection.SendAsync(requests[next % requests.Length], cancellationToken);
            RequireData(answer.Span);
            milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }
    }
}
