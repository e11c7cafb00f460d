using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dormouse.Bench.Load;

/// <summary>
/// One kept-alive HTTP connection that sends ready-made requests and reads whole answers. It does as little as it can, since it shares
/// the machine's cores with what it measures. One request at a time.
/// </summary>
internal sealed class ProtocolConnection : IDisposable
{
    private const int StatusOffset = 9; // "HTTP/1.1 "

    private readonly Socket socket;
    private byte[] buffer = new byte[64 * 1024];

    private ProtocolConnection(Socket socket) => this.socket = socket;

    /// <summary>A request as bytes: what the client's own headers say, and no more.</summary>
    public static byte[] Request(Uri server, string apiKey, string body, string target = "POST /query")
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"{target} HTTP/1.1\r\nHost: {server.Authority}\r\nAccept: application/json\r\nAuthorization: Bearer {apiKey}\r\n"
                + $"Content-Type: application/json\r\nX-Capture-Telemetry: error\r\n"
                + $"Content-Length: {content.Length}\r\n\r\n"
        );
        return [.. Encoding.ASCII.GetBytes(head), .. content];
    }

    public static async Task<ProtocolConnection> OpenAsync(Uri server, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancellationToken);
        return new ProtocolConnection(socket);
    }

    /// <summary>One for <see cref="Send"/>: a socket that was ever used without waiting has a thread of .NET's between it and its caller.</summary>
    public static ProtocolConnection Open(Uri server)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, server.Port);
        return new ProtocolConnection(socket);
    }

    /// <summary>Sends a request and waits for its whole answer.</summary>
    /// <returns>The body, valid until the next call; with its chunk marks where the server chunks.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await socket.SendAsync(request, cancellationToken);
        var answer = default(Answer);
        while (!answer.IsWhole)
        {
            int read = await socket.ReceiveAsync(Room(answer.Length), cancellationToken);
            answer = Take(answer, read);
        }
        return BodyOf(answer);
    }

    /// <summary>The same on the caller's own thread, which waits in the kernel: nothing but the server's answer decides when it goes on.</summary>
    public ReadOnlyMemory<byte> Send(ReadOnlySpan<byte> request)
    {
        socket.Send(request);
        var answer = default(Answer);
        while (!answer.IsWhole)
        {
            int read = socket.Receive(Room(answer.Length).Span);
            answer = Take(answer, read);
        }
        return BodyOf(answer);
    }

    public void Dispose() => socket.Dispose();

    /// <summary>A body without its chunk marks.</summary>
    public static byte[] Unchunked(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0 || body[0] == (byte)'{')
        {
            return body.ToArray();
        }
        List<byte> whole = new(body.Length);
        while (true)
        {
            int lineEnd = body.IndexOf("\r\n"u8);
            int size = int.Parse(body[..lineEnd], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                return [.. whole];
            }
            whole.AddRange(body.Slice(lineEnd + 2, size));
            body = body[(lineEnd + 2 + size + 2)..];
        }
    }

    private Memory<byte> Room(int length)
    {
        if (length == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }
        return buffer.AsMemory(length);
    }

    private Answer Take(Answer before, int read)
    {
        if (read == 0)
        {
            throw new IOException($"The server closed the connection after {before.Length} bytes of an answer.");
        }
        Answer now = before with { Length = before.Length + read };
        if (now.BodyStart == 0)
        {
            int headEnd = buffer.AsSpan(0, now.Length).IndexOf("\r\n\r\n"u8);
            if (headEnd < 0)
            {
                return now;
            }
            now = now with { BodyStart = headEnd + 4, BodyLength = ContentLength(buffer.AsSpan(0, headEnd + 4)) };
        }
        return now with { IsWhole = IsComplete(buffer.AsSpan(now.BodyStart, now.Length - now.BodyStart), now.BodyLength) };
    }

    private ReadOnlyMemory<byte> BodyOf(Answer answer) =>
        buffer.AsSpan(StatusOffset).StartsWith("200"u8)
            ? buffer.AsMemory(answer.BodyStart, answer.Length - answer.BodyStart)
            : throw new InvalidOperationException($"The server answered {Encoding.UTF8.GetString(buffer, 0, answer.Length)}");

    /// <summary>Without a length the body is chunked; it ends with an empty chunk, and JSON holds no bare line ends that could feign one.</summary>
    private static bool IsComplete(ReadOnlySpan<byte> body, int length) =>
        length >= 0 ? body.Length >= length : body.EndsWith("\r\n0\r\n\r\n"u8);

    /// <summary>The length that the head names, or −1 where the body is chunked.</summary>
    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> name = "content-length:"u8;
        for (int lineEnd; (lineEnd = head.IndexOf("\r\n"u8)) > 0; head = head[(lineEnd + 2)..])
        {
            if (lineEnd > name.Length && Ascii.EqualsIgnoreCase(head[..name.Length], name))
            {
                return int.Parse(head[name.Length..lineEnd], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            }
        }
        return -1;
    }

    /// <summary>What has come of an answer.</summary>
    /// <param name="Length">Bytes in the buffer.</param>
    /// <param name="BodyStart">Where the body begins; zero until the head is there.</param>
    /// <param name="BodyLength">What the head says, or −1 where the body is chunked.</param>
    /// <param name="IsWhole">Whether nothing more comes.</param>
    private readonly record struct Answer(int Length, int BodyStart, int BodyLength, bool IsWhole);
}
