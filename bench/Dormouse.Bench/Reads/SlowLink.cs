using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Dormouse.Bench.Reads;

/// <summary>
/// A relay in front of a server's socket that holds each piece of data back for a while, either way: a network in between, of any
/// width. One thread delivers, since the timers of tasks are no finer than four milliseconds; the bench reports the round trip that came
/// of it.
/// </summary>
internal sealed class SlowLink : IAsyncDisposable
{
    /// <summary>Pieces under way in all connections together; senders wait above it.</summary>
    private const int PiecesMax = 4_096;

    private const int PieceBytes = 64 * 1024;

    private readonly string target;
    private readonly TimeSpan oneWay;
    private readonly Socket listener = NewSocket();
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentBag<Task> relays = [];
    private readonly Task accepting;

    // In the order in which they are due, since all are held back equally long.
    private readonly BlockingCollection<Piece> underWay = new(PiecesMax);
    private readonly Thread delivery;

    public SlowLink(string folder, string target, TimeSpan oneWay)
    {
        this.target = target;
        this.oneWay = oneWay;
        SocketPath = Path.Combine(folder, ".s.PGSQL.5433");
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        delivery = new Thread(Deliver) { IsBackground = true, Name = "slow link" };
        delivery.Start();
        accepting = AcceptAsync();
    }

    public string SocketPath { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        await Task.WhenAll(relays);
        underWay.CompleteAdding();
        delivery.Join();
        listener.Dispose();
        underWay.Dispose();
        stopping.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await listener.AcceptAsync(stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The bench is over.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using Socket near = client;
        using Socket far = NewSocket();
        await far.ConnectAsync(new UnixDomainSocketEndPoint(target));
        await Task.WhenAll(ForwardAsync(near, far), ForwardAsync(far, near));
    }

    private async Task ForwardAsync(Socket from, Socket to)
    {
        var buffer = new byte[PieceBytes];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, stopping.Token)) > 0)
            {
                underWay.Add(new Piece(to, buffer[..read], Stopwatch.GetTimestamp()));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // The bench is over, or a side hung up.
        }
        underWay.Add(new Piece(to, [], Stopwatch.GetTimestamp()));
    }

    private void Deliver()
    {
        foreach (Piece piece in underWay.GetConsumingEnumerable())
        {
            TimeSpan left = oneWay - Stopwatch.GetElapsedTime(piece.ReadAt);
            if (left > TimeSpan.Zero)
            {
                stopping.Token.WaitHandle.WaitOne((int)Math.Ceiling(left.TotalMilliseconds));
            }
            try
            {
                if (piece.Bytes.Length > 0)
                {
                    piece.To.Send(piece.Bytes);
                }
                else
                {
                    piece.To.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                // The other side hung up.
            }
        }
    }

    /// <param name="Bytes">Empty where the sender is done.</param>
    private readonly record struct Piece(Socket To, byte[] Bytes, long ReadAt);
}
