using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Dormouse.Postgres.Wire;

/// <summary>
/// The socket to a server, with TLS over it where the login asks for that. No read timeout: a frozen server answers nothing for minutes
/// and is well all the same. <see cref="Abort"/> may be called from any thread and fails what is pending with a
/// <see cref="SocketException"/> or <see cref="ObjectDisposedException"/>; the rest belongs to the connection.
/// </summary>
internal sealed class ServerSocket : IDisposable
{
    private const int UnixPathBytesMax = 107;

    // A peer that vanished without a word is noticed after two minutes, before most firewalls forget an idle connection.
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveProbeSeconds = 10;
    private const int KeepAliveProbes = 6;

    private readonly ServerLogin login;
    private readonly Socket socket;
    private readonly EndPoint peer;
    private readonly SslStream? tls;

    private ServerSocket(ServerLogin login, Socket socket, EndPoint peer, SslStream? tls)
    {
        this.login = login;
        this.socket = socket;
        this.peer = peer;
        this.tls = tls;
        ChannelBinding = tls is null ? null : Wire.ChannelBinding.Of(tls.RemoteCertificate);
    }

    public bool IsEncrypted => tls is not null;

    /// <summary>What binds a log-in to the server's certificate; null where there is none.</summary>
    public byte[]? ChannelBinding { get; }

    /// <summary>Whether something can be read now: on an idle connection that means that the server closed it or is about to.</summary>
    public bool IsReadable => socket.Poll(0, SelectMode.SelectRead);

    public static ValueTask<ServerSocket> ConnectAsync(ServerLogin login, CancellationToken cancellationToken) =>
        ConnectAsync(login, EndPointOf(login), cancellationToken);

    /// <summary>A second socket to the very server that this one leads to: a host name may stand for several.</summary>
    public ValueTask<ServerSocket> ConnectAgainAsync(CancellationToken cancellationToken) => ConnectAsync(login, peer, cancellationToken);

    public ValueTask<int> ReceiveAsync(Memory<byte> target) =>
        tls is null ? socket.ReceiveAsync(target, SocketFlags.None, CancellationToken.None) : ReceiveEncryptedAsync(tls, target);

    /// <summary>Sends some or, as a rule, all of it.</summary>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) =>
        tls is null ? socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None) : SendEncryptedAsync(tls, bytes);

    /// <summary>Sends without ever waiting; whether it arrived does not matter.</summary>
    public void SendIfPossible(ReadOnlySpan<byte> bytes)
    {
        try
        {
            socket.Blocking = false;
            if (tls is null)
            {
                socket.Send(bytes, SocketFlags.None, out _);
            }
            else
            {
                tls.Write(bytes);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
        {
            // The farewell is a courtesy: the server notices the closed socket as well.
        }
    }

    public void Abort() => socket.Dispose();

    public void Dispose()
    {
        socket.Dispose();
        tls?.Dispose();
    }

    private static async ValueTask<ServerSocket> ConnectAsync(ServerLogin login, EndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = login.Tcp is null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            if (login.Tcp is { } server)
            {
                endPoint = socket.RemoteEndPoint!;
                Configure(socket);
                tls = await TlsStart.RunAsync(socket, server, cancellationToken);
            }
            return new ServerSocket(login, socket, endPoint, tls);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (tls is not null)
            {
                await tls.DisposeAsync();
            }
            throw e is SocketException unreachable ? WireFault.Unreachable(login, unreachable) : e;
        }
    }

    private static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveProbeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
    }

    private static async ValueTask<int> ReceiveEncryptedAsync(SslStream tls, Memory<byte> target)
    {
        try
        {
            return await tls.ReadAsync(target, CancellationToken.None);
        }
        catch (IOException e)
        {
            throw AsSocketFailure(e);
        }
    }

    private static async ValueTask<int> SendEncryptedAsync(SslStream tls, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await tls.WriteAsync(bytes, CancellationToken.None);
            return bytes.Length;
        }
        catch (IOException e)
        {
            throw AsSocketFailure(e);
        }
    }

    private static Exception AsSocketFailure(IOException e) =>
        e.InnerException as SocketException ?? new SocketException((int)SocketError.ConnectionReset, e.Message);

    private static EndPoint EndPointOf(ServerLogin login)
    {
        if (login.Tcp is { } server)
        {
            return IPAddress.TryParse(server.Host, out IPAddress? address)
                ? new IPEndPoint(address, server.Port)
                : new DnsEndPoint(server.Host, server.Port);
        }
        int bytes = System.Text.Encoding.UTF8.GetByteCount(login.SocketPath);
        return bytes is > 0 and <= UnixPathBytesMax
            ? new UnixDomainSocketEndPoint(login.SocketPath)
            : throw WireFault.BadLogin(
                $"The socket path '{login.SocketPath}' has {bytes} bytes; Linux allows 1 to {UnixPathBytesMax}. Use a shorter folder."
            );
    }
}
