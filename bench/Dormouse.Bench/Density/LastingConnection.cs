using System.Diagnostics;
using Dormouse.Bench.Load;

namespace Dormouse.Bench.Density;

/// <summary>
/// A connection over hours in which minutes pass between two requests: a new one takes its place before the front door ends it for having been idle.
/// </summary>
internal sealed class LastingConnection(Uri server) : IDisposable
{
    // Well below the front door's own bound of 130 s.
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(60);

    private ProtocolConnection? connection;
    private long usedAt;

    /// <summary>Before a request that is measured: connecting is no part of it.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (connection is null || Stopwatch.GetElapsedTime(usedAt) > IdleMax)
        {
            connection?.Dispose();
            connection = await ProtocolConnection.OpenAsync(server, cancellationToken);
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await connection!.SendAsync(request, cancellationToken);
        usedAt = Stopwatch.GetTimestamp();
    }

    public void Dispose() => connection?.Dispose();
}
