using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Dormouse.Testing.Servers;

namespace Dormouse.Control.Tests.Attached;

/// <summary>
/// The least of a connection pooler, without TLS: it lets clients in by itself and hands their requests on. In transaction mode all
/// clients share one session of the server, in session mode each has its own.
/// </summary>
internal sealed class StandInPooler : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ForeignPostgres server;
    private readonly PoolerMode mode;
    private readonly Task serving;
    private NetworkStream? shared;

    public StandInPooler(ForeignPostgres server, PoolerMode mode)
    {
        this.server = server;
        this.mode = mode;
        listener.Start();
        serving = ServeAsync();
    }

    public string Url =>
        $"postgres://{ForeignPostgres.TrustedUser}@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/{ForeignPostgres.Database}?sslmode=disable";

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        shared?.Dispose();
        stop.Dispose();
        turn.Dispose();
    }

    private async Task ServeAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                clients.Add(RunAsync((await listener.AcceptTcpClientAsync(stop.Token)).GetStream()));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
        await Task.WhenAll(clients);
    }

    private async Task RunAsync(NetworkStream client)
    {
        await using NetworkStream mine = client;
        try
        {
            byte[] startup = await ReadSizedAsync(client, []);
            if (mode == PoolerMode.Picky)
            {
                await client.WriteAsync(
                    Message('E', "SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: IntervalStyle\0\0"u8),
                    stop.Token
                );
                return;
            }
            NetworkStream upstream = mode == PoolerMode.Session ? await LogInAsync(startup) : shared ??= await LogInAsync(startup);
            byte[] welcome = [.. Message('R', [0, 0, 0, 0]), .. Message('K', [0, 0, 0, 1, 0, 0, 0, 2]), .. Message('Z', "I"u8)];
            await client.WriteAsync(welcome, stop.Token);
            while (true)
            {
                await HandOnAsync(client, upstream);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went.
        }
    }

    // One request up to its Sync or simple query, then its whole answer.
    private async Task HandOnAsync(NetworkStream client, NetworkStream upstream)
    {
        byte[] message = await ReadMessageAsync(client);
        await turn.WaitAsync(stop.Token);
        try
        {
            for (; message[0] is not ((byte)'S' or (byte)'Q' or (byte)'X'); message = await ReadMessageAsync(client))
            {
                await upstream.WriteAsync(message, stop.Token);
            }
            if (message[0] == (byte)'X')
            {
                throw new IOException("The client said goodbye.");
            }
            await upstream.WriteAsync(message, stop.Token);
            do
            {
                message = await ReadMessageAsync(upstream);
                await client.WriteAsync(message, stop.Token);
            } while (message[0] != (byte)'Z');
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<NetworkStream> LogInAsync(byte[] startup)
    {
        var upstream = new TcpClient();
        await upstream.ConnectAsync(IPAddress.Loopback, server.Port, stop.Token);
        NetworkStream stream = upstream.GetStream();
        await stream.WriteAsync(startup, stop.Token);
        while ((await ReadMessageAsync(stream))[0] != (byte)'Z') { }
        return stream;
    }

    private static byte[] Message(char type, ReadOnlySpan<byte> payload)
    {
        byte[] message = [(byte)type, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), payload.Length + 4);
        return message;
    }

    private async Task<byte[]> ReadMessageAsync(NetworkStream stream)
    {
        var type = new byte[1];
        await stream.ReadExactlyAsync(type, stop.Token);
        return await ReadSizedAsync(stream, type);
    }

    private async Task<byte[]> ReadSizedAsync(NetworkStream stream, byte[] before)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, stop.Token);
        var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(rest, stop.Token);
        return [.. before, .. length, .. rest];
    }
}

internal enum PoolerMode
{
    Session,
    Transaction,

    /// <summary>Refuses settings that it does not know.</summary>
    Picky,
}
