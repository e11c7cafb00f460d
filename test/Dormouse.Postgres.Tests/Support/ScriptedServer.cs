using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Dormouse.Postgres.Tests.Support;

/// <summary>A server on a real socket that says what the test wants, to show faults that no PostgreSQL has.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dmscript").FullName;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public ScriptedServer(Func<ScriptedClient, Task> script)
    {
        listener.Bind(new UnixDomainSocketEndPoint(Login.SocketPath));
        listener.Listen(16);
        serving = ServeAsync(script);
    }

    /// <summary>Most scripts are about what comes after the log-in.</summary>
    public static ServerConnectionOptions Trusting => new() { RequireScram = false };

    public ServerLogin Login => new(Path.Combine(folder, "s"), "dormouse", "secret", "postgres");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await serving;
        Directory.Delete(folder, recursive: true);
        stop.Dispose();
    }

    private async Task ServeAsync(Func<ScriptedClient, Task> script)
    {
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptAsync(stop.Token);
                clients.Add(RunAsync(script, socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
        await Task.WhenAll(clients);
    }

    private async Task RunAsync(Func<ScriptedClient, Task> script, Socket socket)
    {
        await using var client = new ScriptedClient(new NetworkStream(socket, ownsSocket: true), stop.Token);
        try
        {
            await script(client);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or EndOfStreamException)
        {
            // The other side went away, which most scripts provoke.
        }
    }
}

/// <summary>The server's end of one connection.</summary>
internal sealed class ScriptedClient(NetworkStream stream, CancellationToken stop) : IAsyncDisposable
{
    public static readonly byte[] Ready = Message('Z', "I"u8);

    public static byte[] Message(char type, ReadOnlySpan<byte> payload)
    {
        var message = new byte[5 + payload.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), payload.Length + 4);
        payload.CopyTo(message.AsSpan(5));
        return message;
    }

    public static byte[] Authentication(int method, ReadOnlySpan<byte> rest)
    {
        byte[] payload = [0, 0, 0, (byte)method, .. rest];
        return Message('R', payload);
    }

    public static byte[] Columns(params string[] names)
    {
        var payload = new List<byte> { 0, (byte)names.Length };
        foreach (string name in names)
        {
            payload.AddRange([.. Encoding.UTF8.GetBytes(name), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]);
        }
        return Message('T', payload.ToArray());
    }

    public static byte[] Row(params string?[] cells)
    {
        var payload = new List<byte> { 0, (byte)cells.Length };
        Span<byte> length = stackalloc byte[4];
        foreach (string? cell in cells)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(cell ?? "");
            BinaryPrimitives.WriteInt32BigEndian(length, cell is null ? -1 : bytes.Length);
            payload.AddRange(length);
            payload.AddRange(bytes);
        }
        return Message('D', payload.ToArray());
    }

    public static byte[] Complete(string tag) => Message('C', Encoding.UTF8.GetBytes(tag + "\0"));

    public static byte[] Error(string code, string text) => Message('E', Encoding.UTF8.GetBytes($"SFEHLER\0VERROR\0C{code}\0M{text}\0\0"));

    public async Task AcceptLoginAsync()
    {
        await ReadStartupAsync();
        await SendAsync([.. Authentication(0, []), .. Message('K', [0, 0, 0, 7, 0, 0, 0, 9]), .. Ready]);
    }

    public async Task<byte[]> ReadStartupAsync()
    {
        byte[] length = await ReadAsync(4);
        return await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(length) - 4);
    }

    public async Task<byte[]> ReadMessageAsync(char type)
    {
        byte[] header = await ReadAsync(5);
        Assert.Equal(type, (char)header[0]);
        return await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4);
    }

    public Task SendAsync(byte[] bytes) => stream.WriteAsync(bytes, stop).AsTask();

    public async Task UntilClosedAsync()
    {
        var target = new byte[1024];
        while (await stream.ReadAsync(target, stop) > 0) { }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<byte[]> ReadAsync(int count)
    {
        var target = new byte[count];
        await stream.ReadExactlyAsync(target, stop);
        return target;
    }
}
