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
            Socket accepted;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken);
            }
            catch (Exception exception)
                when (exception is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException exception) when (IsOfClient(exception.SocketErrorCode))
            {
                continue;
            }
            catch (SocketException exception)
            {
                Log.NotAccepted(logger, EndPoint, exception.Message);
                await Task.Delay(RetryAfter, timeProvider, cancellationToken);
                continue;
            }
            if (TryBegin(accepted) is { } connection)
            {
                return connection;
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    /// <returns>Null for a client that has gone already, which is no reason for others to wait.</returns>
    private LoopConnection? TryBegin(Socket accepted)
    {
        try
        {
            // An answer is written whole; there is nothing to wait for.
            accepted.NoDelay = true;
            LoopConnection connection = transport.NewConnection(accepted);
            connection.Start();
            return connection;
        }
        catch (Exception exception) when (exception is SocketException or Win32Exception)
        {
            accepted.Dispose();
            Log.NotBegun(logger, EndPoint, exception.Message);
            return null;
        }
    }

    /// <summary>Linux tells what happened to a connection that waited to be accepted in place of it.</summary>
    private static bool IsOfClient(SocketError error) =>
        error
            is SocketError.ConnectionAborted
                or SocketError.ConnectionReset
                or SocketError.TimedOut
                or SocketError.NetworkDown
                or SocketError.NetworkUnreachable
                or SocketError.HostDown
                or SocketError.HostUnreachable;

    private static partial class Log
    {
        [LoggerMessage(4075, LogLevel.Warning, "Connections at {Address} cannot be accepted at this moment: {Reason}")]
        public static partial void NotAccepted(ILogger logger, EndPoint address, string reason);

        [LoggerMessage(4077, LogLevel.Debug, "A connection at {Address} ended before it began: {Reason}")]
        public static partial void NotBegun(ILogger logger, EndPoint address, string reason);
    }
}
