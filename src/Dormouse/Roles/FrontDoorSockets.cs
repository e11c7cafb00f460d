using System.Net;
using System.Net.Sockets;
using Dormouse.Contracts;

namespace Dormouse.Roles;

/// <summary>
/// The listening sockets of one of the front door's ports, opened first of all: a port that is taken is told at once and not after the
/// image was made, and a port that is free stays ours. Clients that come early wait until Kestrel takes the sockets over.
/// </summary>
internal sealed class FrontDoorSockets : IDisposable
{
    private const int FreePortAttemptsMax = 10;
    private const int Backlog = 512;

    private readonly List<Socket> sockets = [];

    private readonly string option;

    private FrontDoorSockets(string option) => this.option = option;

    public IReadOnlyList<IPEndPoint> Endpoints => [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];

    public int Port => Endpoints[0].Port;

    /// <param name="listen">Null: both loopback addresses, as far as the host has them.</param>
    /// <param name="port">0: a free one.</param>
    /// <param name="option">What chooses the port, for messages.</param>
    public static FrontDoorSockets Open(IPAddress? listen, int port, string option)
    {
        for (int attempt = 1; ; attempt++)
        {
            var opened = new FrontDoorSockets(option);
            try
            {
                opened.Add(listen ?? IPAddress.Loopback, port);
                if (listen is null && Socket.OSSupportsIPv6)
                {
                    opened.AddSecond(IPAddress.IPv6Loopback, opened.Port);
                }
                return opened;
            }
            catch (SocketException exception)
            {
                opened.Dispose();
                // Somebody may have the port that is free on one loopback address on the other.
                if (port != 0 || attempt == FreePortAttemptsMax || exception.SocketErrorCode != SocketError.AddressAlreadyInUse)
                {
                    throw opened.Failure(listen, port, exception);
                }
            }
        }
    }

    /// <summary>Hands a socket over, if it is one of these; its new owner closes it.</summary>
    public Socket? Take(EndPoint endpoint)
    {
        Socket? socket = sockets.SingleOrDefault(socket => socket.LocalEndPoint!.Equals(endpoint));
        if (socket is not null)
        {
            sockets.Remove(socket);
        }
        return socket;
    }

    public void Dispose()
    {
        foreach (Socket socket in sockets)
        {
            socket.Dispose();
        }
        sockets.Clear();
    }

    private DormouseException Failure(IPAddress? listen, int port, SocketException exception)
    {
        string address = new IPEndPoint(listen ?? IPAddress.Loopback, port).ToString();
        return exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new DormouseException(
                FailureKind.Host,
                "DM1003",
                $"The address {address} is in use by another program. Choose another port with {option}, or 0 for any free one.",
                exception
            ),
            SocketError.AccessDenied => new DormouseException(
                FailureKind.Host,
                "DM1004",
                $"This user may not listen at {address}: ports below 1024 are root's. Choose another port with {option}.",
                exception
            ),
            _ => new DormouseException(
                FailureKind.Host,
                "DM1005",
                $"Listening at {address} failed: {exception.Message}. See whether this host has that address, or choose another with --listen.",
                exception
            ),
        };
    }

    private void Add(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        sockets.Add(socket);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen(Backlog);
    }

    // A host may have IPv6 in its kernel and no address on its loopback interface.
    private void AddSecond(IPAddress address, int port)
    {
        try
        {
            Add(address, port);
        }
        catch (SocketException exception)
            when (exception.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            sockets[^1].Dispose();
            sockets.RemoveAt(sockets.Count - 1);
        }
    }
}
