using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>One connection that is kept, over TLS where the edge speaks it: requests go out as bytes, in pieces if need be, and answers come one by one.</summary>
internal sealed class KeptConnection(Stream stream) : IAsyncDisposable
{
    private readonly List<byte> arrived = [];

    public static async Task<KeptConnection> OpenAsync(EdgeHost edge)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(edge.Address.Host, edge.Address.Port, TestContext.Current.CancellationToken);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (edge.Trust is { } trust)
        {
            var encrypted = new SslStream(stream);
            var options = new SslClientAuthenticationOptions { TargetHost = edge.Address.Host, CertificateChainPolicy = trust };
            await encrypted.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
            stream = encrypted;
        }
        return new KeptConnection(stream);
    }

    /// <summary>A query of client 7 as its bytes.</summary>
    public static byte[] Request(EdgeHost edge, string body, params string[] headers) =>
        Encoding.UTF8.GetBytes(
            $"POST /query HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {edge.Key}\r\nContent-Type: application/json\r\n"
                + string.Concat(headers.Select(header => header + "\r\n"))
                + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"
        );

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
    }

    public async Task<WireReply> AskAsync(ReadOnlyMemory<byte> request)
    {
        await SendAsync(request);
        return await ReadAsync();
    }

    /// <summary>The next answer, which must have a length.</summary>
    public async Task<WireReply> ReadAsync()
    {
        int end;
        while ((end = Text().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            await ReceiveAsync();
        }
        string[] lines = Text()[..end].Split("\r\n");
        Dictionary<string, string> headers = lines[1..]
            .Select(line => line.Split(": ", 2))
            .ToDictionary(line => line[0], line => line[1], StringComparer.OrdinalIgnoreCase);
        int whole = end + 4 + int.Parse(headers["content-length"], CultureInfo.InvariantCulture);
        while (arrived.Count < whole)
        {
            await ReceiveAsync();
        }
        string body = Encoding.UTF8.GetString([.. arrived[(end + 4)..whole]]);
        arrived.RemoveRange(0, whole);
        return new WireReply(lines[0], headers, body);
    }

    /// <summary>Whether the server has closed it, without having sent anything more.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private string Text() => Encoding.Latin1.GetString([.. arrived]);

    private async Task ReceiveAsync()
    {
        var buffer = new byte[16 * 1024];
        int read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
        Assert.True(read > 0, "The server closed the connection in the middle of an answer: " + Text());
        arrived.AddRange(buffer.AsSpan(0, read));
    }
}

/// <summary>An answer as it came.</summary>
internal sealed record WireReply(string StatusLine, Dictionary<string, string> Headers, string Body)
{
    public string? CacheStatus => Headers.GetValueOrDefault("accelerate-cache-status");
}
