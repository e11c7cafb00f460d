using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Dormouse.Postgres.Tests.Support;
using Dormouse.Testing.Servers;

namespace Dormouse.Postgres.Tests;

/// <summary>Servers that go wrong before or amid TLS.</summary>
public sealed class TlsFaultTests : IDisposable
{
    private readonly TestAuthority authority = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_without_TLS_is_refused_before_anything_is_told_to_it()
    {
        var heard = new List<byte>();
        var refused = await FailsAsync(async stream =>
        {
            await stream.WriteAsync("N"u8.ToArray(), Token);
            var rest = new byte[64];
            int count = await stream.ReadAsync(rest, Token);
            heard.AddRange(rest[..count]);
        });
        Assert.Equal((ServerFailure.Tls, "DM5016"), (refused.Failure, refused.Code));
        Assert.Contains("sslmode=disable", refused.Message, StringComparison.Ordinal);
        Assert.Empty(heard);
    }

    [Theory]
    [InlineData("E")]
    [InlineData("Snot a handshake at all, and long enough to be read as one")]
    // What somebody in between slips in before the handshake must not be taken for the server's words (CVE-2021-23222).
    [InlineData("SR\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I")]
    public async Task What_is_no_TLS_is_refused(string answer)
    {
        var refused = await FailsAsync(async stream =>
        {
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(answer), Token);
            await ReadToEndAsync(stream);
        });
        Assert.Equal((ServerFailure.Tls, "DM5016"), (refused.Failure, refused.Code));
    }

    [Fact]
    public async Task A_server_that_hangs_up_when_asked_for_TLS_is_a_lost_connection() =>
        Assert.Equal(ServerFailure.Lost, (await FailsAsync(_ => Task.CompletedTask)).Failure);

    [Fact]
    public async Task A_server_that_says_nothing_amid_the_handshake_is_given_up_in_time()
    {
        var refused = await FailsAsync(
            async stream =>
            {
                await stream.WriteAsync("S"u8.ToArray(), Token);
                await ReadToEndAsync(stream);
            },
            TimeSpan.FromMilliseconds(200)
        );
        Assert.Equal("DM5002", refused.Code);
    }

    [Fact]
    public async Task A_certificate_that_has_ended_says_so()
    {
        using X509Certificate2 ended = authority.Issue("localhost", isExpired: true);
        var refused = await FailsAsync(stream => SecureAsync(stream, ended));
        Assert.Equal("DM5017", refused.Code);
        Assert.Contains("is not valid now", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_cut_amid_an_answer_is_lost()
    {
        using X509Certificate2 certificate = authority.Issue("localhost");
        var lost = await FailsAsync(async stream =>
        {
            await using SslStream tls = await SecureAsync(stream, certificate);
            await tls.ReadExactlyAsync(new byte[8], Token);
            await tls.WriteAsync(ScriptedClient.Authentication(0, []).AsMemory(0, 5), Token);
        });
        Assert.Equal(ServerFailure.Lost, lost.Failure);
    }

    public void Dispose() => authority.Dispose();

    private static async Task ReadToEndAsync(Stream stream)
    {
        while (await stream.ReadAsync(new byte[4096], Token) > 0) { }
    }

    private static async Task<SslStream> SecureAsync(Stream stream, X509Certificate2 certificate)
    {
        await stream.WriteAsync("S"u8.ToArray(), Token);
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Token);
        return tls;
    }

    private async Task<ServerConnectionException> FailsAsync(Func<Stream, Task> script, TimeSpan? limit = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, script);
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var login = new ServerLogin(
            new TcpServer("localhost", port, TlsMode.VerifyFull) { Roots = authority.Roots },
            "somebody",
            "secret",
            "shop"
        );
        var options = new ServerConnectionOptions { RequireScram = false, ConnectTimeout = limit ?? TimeSpan.FromSeconds(20) };
        var refused = await Assert.ThrowsAsync<ServerConnectionException>(() => ServerConnection.OpenAsync(login, options, Token).AsTask());
        await serving;
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        return refused;
    }

    // The request for TLS is read first, always.
    private static async Task ServeAsync(TcpListener listener, Func<Stream, Task> script)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(Token);
        try
        {
            await client.GetStream().ReadExactlyAsync(new byte[8], Token);
            await script(client.GetStream());
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The other side went away, which most scripts provoke.
        }
    }
}
