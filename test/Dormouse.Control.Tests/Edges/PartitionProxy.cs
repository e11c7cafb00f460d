using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dormouse.Control.Tests.Edges;

/// <summary>A wire between an edge and its origin that a test can cut, or clog so that nothing comes through and nobody is told.</summary>
internal sealed class PartitionProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> open = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Task accepting;
    private volatile TaskCompletionSource? clog;
    private volatile bool isCut;

    public PartitionProxy(int target)
    {
        Target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The port behind it.</summary>
    public int Target { get; set; }

    public Uri Address => new($"http://{listener.LocalEndpoint}");

    /// <summary>Ends all connections, and each that comes.</summary>
    public void Cut()
    {
        isCut = true;
        foreach (Socket socket in open.Keys)
        {
            socket.Dispose();
        }
    }

    /// <summary>Keeps connections open and lets nothing through.</summary>
    public void Clog() => clog ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend()
    {
        isCut = false;
        TaskCompletionSource? over = clog;
        clog = null;
        over?.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        Cut();
        Mend();
        listener.Dispose();
        await accepting;
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptSocketAsync(ending.Token);
                _ = RelayAsync(client);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using Socket near = client;
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.NoDelay = far.NoDelay = true;
        open[near] = open[far] = true;
        try
        {
            if (!isCut)
            {
                await far.ConnectAsync(IPAddress.Loopback, Target);
                await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Either side has ended it.
        }
        finally
        {
            open.TryRemove(near, out _);
            open.TryRemove(far, out _);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var read and > 0)
            {
                await (clog?.Task ?? Task.CompletedTask);
                await to.SendAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
