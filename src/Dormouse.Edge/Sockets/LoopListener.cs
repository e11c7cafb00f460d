using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Sockets;

/// <summary>Accepts connections at one address and spreads them over the loops.</summary>
internal sealed partial class LoopListener(Socket socket, LoopTransport transport, TimeProvider timeProvider, ILogger logger)
    : IConnectionListener
{
    // Without descriptors or memory, accepting fails until a connection ends.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                return Begin(await socket.AcceptAsync(cancellationToken));
            }
            catch (Exception exception)
                when (exception is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (Exception exception) when (exception is SocketException or Win32Exception)
            {
                Log.NotAccepted(logger, EndPoint, exception.Message);
                await Task.Delay(RetryAfter, timeProvider, cancellationToken);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private LoopConnection Begin(Socket accepted)
    {
        try
        {
            // An answer is written whole; there is nothing to wait for.
            accepted.NoDelay = true;
            LoopConnection connection = transport.NewConnection(accepted);
            connection.Start();
            return connection;
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4075, LogLevel.Warning, "A connection at {Address} could not be accepted: {Reason}")]
        public static partial void NotAccepted(ILogger logger, EndPoint address, string reason);
    }
}
