using System.Net;
using System.Net.Sockets;

namespace Dormouse.Postgres.Wire;

/// <summary>
/// The socket to a server. No keepalive and no read timeout: a frozen server answers nothing for minutes and is well all the same.
/// <see cref="Abort"/> may be called from any thread and fails what is pending; the rest belongs to the connection.
/// </summary>
internal sealed class ServerSocket : IDisposable
{
    private const int UnixPathBytesMax = 107;

    private readonly Socket socket;

    private ServerSocket(Socket socket) => this.socket = socket;

    public static async ValueTask<ServerSocket> ConnectAsync(ServerLogin login, CancellationToken cancellationToken)
    {
        EndPoint endPoint = EndPointOf(login);
        bool tcp = endPoint is IPEndPoint;
        var socket = new Socket(
            tcp ? endPoint.AddressFamily : AddressFamily.Unix,
            SocketType.Stream,
            tcp ? ProtocolType.Tcp : ProtocolType.Unspecified
        );
        try
        {
            if (tcp)
            {
                socket.NoDelay = true;
            }
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new ServerSocket(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw WireFault.Unreachable(login.Address, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether something can be read now: on an idle connection that means that the server closed it or is about to.</summary>
    public bool IsReadable => socket.Poll(0, SelectMode.SelectRead);

    public ValueTask<int> ReceiveAsync(Memory<byte> target) => socket.ReceiveAsync(target, SocketFlags.None, CancellationToken.None);

    /// <summary>Sends some or, as a rule, all of it.</summary>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) => socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None);

    /// <summary>Sends without ever waiting; whether it arrived does not matter.</summary>
    public void SendIfPossible(ReadOnlySpan<byte> bytes)
    {
        try
        {
            socket.Blocking = false;
            socket.Send(bytes, SocketFlags.None, out _);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The farewell is a courtesy: the server notices the closed socket as well.
        }
    }

    public void Abort() => socket.Dispose();

    public void Dispose() => socket.Dispose();

    private static EndPoint EndPointOf(ServerLogin login)
    {
        if (login.Tcp is { } tcp)
        {
            return IPAddress.IsLoopback(tcp.Address)
                ? tcp
                : throw WireFault.BadLogin($"{tcp} is not a loopback address, and there is no TLS here yet. Use the unix socket.");
        }
        int bytes = System.Text.Encoding.UTF8.GetByteCount(login.SocketPath);
        return bytes is > 0 and <= UnixPathBytesMax
            ? new UnixDomainSocketEndPoint(login.SocketPath)
            : throw WireFault.BadLogin(
                $"The socket path '{login.SocketPath}' has {bytes} bytes; Linux allows 1 to {UnixPathBytesMax}. Use a shorter folder."
            );
    }
}
