using Dormouse.Bench.Load;

namespace Dormouse.Bench.Neighbours;

/// <summary>Sends one request over and over on a few sockets until it is disposed, whatever becomes of it.</summary>
internal sealed class Hostile : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] senders;
    private long answers;

    private Hostile(Uri server, byte[] request, int count) =>
        senders = [.. Enumerable.Range(0, count).Select(_ => Task.Run(() => SendAsync(server, request, stop.Token)))];

    /// <summary>Its requests that were answered so far, those that were refused left out.</summary>
    public long Answers => Interlocked.Read(ref answers);

    public static Hostile Begin(Uri server, byte[] request, int count) => new(server, request, count);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(senders);
        stop.Dispose();
    }

    private async Task SendAsync(Uri server, byte[] request, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using ProtocolConnection connection = await ProtocolConnection.OpenAsync(server, stop);
                while (!stop.IsCancellationRequested)
                {
                    await connection.SendAsync(request, stop);
                    Interlocked.Increment(ref answers);
                }
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException or System.Net.Sockets.SocketException)
            {
                // Refused or cut off: that is what is measured, from the other side.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
