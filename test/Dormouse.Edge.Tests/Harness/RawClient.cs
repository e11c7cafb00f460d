using System.Net.Sockets;
using System.Text;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>Speaks HTTP by hand, so that it can be slow, wrong or gone.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public static async Task<RawClient> ConnectAsync(EdgeHost edge)
    {
        var client = new RawClient();
        await client.socket.ConnectAsync(edge.Address.Host, edge.Address.Port, TestContext.Current.CancellationToken);
        return client;
    }

    public async Task SendAsync(string text) =>
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), SocketFlags.None, TestContext.Current.CancellationToken);

    /// <summary>The same to a server that may have closed the socket.</summary>
    public async Task TrySendAsync(string text)
    {
        try
        {
            await SendAsync(text);
        }
        catch (SocketException)
        {
            // It has.
        }
    }

    /// <summary>Headers of a query whose body is to follow.</summary>
    public Task SendQueryHeadersAsync(EdgeHost edge, int contentLength) =>
        SendAsync(
            $"POST /query HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {edge.Key}\r\nContent-Type: application/json\r\nContent-Length: {contentLength}\r\n\r\n"
        );

    /// <summary>Until the first byte of an answer is there; reads none.</summary>
    public async Task WaitForAnswerAsync() =>
        await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, TestContext.Current.CancellationToken);

    /// <summary>All that comes until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, TestContext.Current.CancellationToken) is > 0 and int read)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // Closed the hard way; what came before counts.
        }
        return text.ToString();
    }

    public void Dispose() => socket.Dispose();
}
