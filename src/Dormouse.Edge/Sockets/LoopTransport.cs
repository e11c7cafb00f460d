using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dormouse.Edge.Sockets;

/// <summary>
/// What Kestrel gets its TCP connections from, in place of .NET's asynchronous sockets. There a packet goes through three queues of the
/// thread pool before a request is read, and two on the way back; here it is received by the thread that waits for it, which also answers hits
/// (<see cref="Hits.HitReader"/>), and sent by the one that wrote it. Sockets of other kinds are left to .NET's.
/// </summary>
internal sealed class LoopTransport(
    EdgeOptions options,
    IOptions<SocketTransportOptions> sockets,
    TimeProvider timeProvider,
    ILogger<LoopTransport> logger
) : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private readonly Lazy<SocketLoop[]> loops = new(() =>
        [.. Enumerable.Range(1, options.Connections.ReceivingThreads).Select(number => new SocketLoop(number, logger))]
    );

    private long connections;

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint && options.Connections.ReceivingThreads > 0;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            socket = sockets.Value.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }
        socket.Listen(sockets.Value.Backlog);
        return ValueTask.FromResult<IConnectionListener>(new LoopListener(socket, this, timeProvider, logger));
    }

    public LoopConnection NewConnection(Socket socket)
    {
        long number = Interlocked.Increment(ref connections);
        SocketLoop loop = loops.Value[number % loops.Value.Length];
        return new LoopConnection(loop, socket, number.ToString(CultureInfo.InvariantCulture), options.Connections.SocketBufferMax);
    }

    public void Dispose()
    {
        foreach (SocketLoop loop in loops.IsValueCreated ? loops.Value : [])
        {
            loop.Dispose();
        }
    }
}
