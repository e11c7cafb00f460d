using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Edge.Tls;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Tls;

/// <summary>The front door's https on a real Kestrel.</summary>
public sealed class TlsDoorTests : IDisposable
{
    private readonly TestDataFolder folder = new();

    [Fact]
    public async Task Queries_are_answered_over_https()
    {
        await using EdgeHost edge = await StartAsync();

        Assert.Equal("https", edge.Address.Scheme);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
    }

    [Fact]
    public async Task The_address_of_an_interactive_transaction_is_https_where_the_request_was()
    {
        await using EdgeHost edge = await StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply started = await client.PostAsync(client.Root + "/transaction/start", """{"max_wait":2000,"timeout":5000}""");

        string endpoint = started.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString()!;
        Assert.StartsWith($"https://127.0.0.1:{edge.Address.Port}/6.19.3/", endpoint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Tls_1_2_and_1_3_are_spoken_and_http_1_1_in_them(SslProtocols protocol)
    {
        await using EdgeHost edge = await StartAsync();
        await using SslStream stream = await ShakeHandsAsync(edge, protocol);

        Assert.Equal(protocol, stream.SslProtocol);
        Assert.Equal(SslApplicationProtocol.Http11, stream.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task A_client_that_knows_nothing_newer_than_tls_1_1_is_told_so()
    {
        await using EdgeHost edge = await StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(edge.Address.Host, edge.Address.Port, TestContext.Current.CancellationToken);
        // A handshake of RFC 4346: client hello of version 3.2 with one cipher and no extensions.
        byte[] hello = [3, 2, .. new byte[32], 0, 0, 2, 0, 0x2F, 1, 0];
        byte[] record = [22, 3, 1, 0, (byte)(hello.Length + 4), 1, 0, 0, (byte)hello.Length, .. hello];
        await socket.GetStream().WriteAsync(record, TestContext.Current.CancellationToken);

        var answer = new byte[7];
        await socket.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken);

        // An alert: fatal, protocol_version.
        Assert.Equal((21, 2, 70), (answer[0], answer[5], answer[6]));
    }

    [Fact]
    public async Task Plain_http_at_the_https_door_gets_no_answer_and_does_no_harm()
    {
        await using EdgeHost edge = await StartAsync();
        using (RawClient plain = await RawClient.ConnectAsync(edge))
        {
            await plain.SendQueryHeadersAsync(edge, 0);
            Assert.DoesNotContain("HTTP/1.1 200", await plain.ReadToEndAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
        Assert.Equal(1, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task A_connection_keeps_its_certificate_and_a_new_one_gets_the_new()
    {
        await using EdgeHost edge = await StartAsync();
        await using SslStream kept = await ShakeHandsAsync(edge, SslProtocols.None);
        string old = kept.RemoteCertificate!.GetCertHashString();

        File.Delete(folder.Combine("server.pem"));
        new DevelopmentAuthority(Options(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).Ensure();
        var certificate = edge.Service<FrontDoorCertificate>();
        await Eventually.TrueAsync(() => certificate.Thumbprint != old);

        await using SslStream later = await ShakeHandsAsync(edge, SslProtocols.None);
        Assert.NotEqual(old, later.RemoteCertificate!.GetCertHashString());
        await kept.WriteAsync(
            Encoding.ASCII.GetBytes("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            TestContext.Current.CancellationToken
        );
        var answer = new byte[12];
        await kept.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 200", Encoding.ASCII.GetString(answer));
    }

    public void Dispose() => folder.Dispose();

    private TlsOptions Options() => new() { DevelopmentFolder = folder.Path, CheckPeriod = TimeSpan.FromMilliseconds(10) };

    private Task<EdgeHost> StartAsync() => EdgeHost.StartAsync(options => options.Tls = Options(), null, Blog.Script);

    private async Task<SslStream> ShakeHandsAsync(EdgeHost edge, SslProtocols protocols)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(edge.Address.Host, edge.Address.Port, TestContext.Current.CancellationToken);
        var stream = new SslStream(socket.GetStream());
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(folder.Combine("ca.pem"));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            CertificateChainPolicy = trust,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        await stream.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        return stream;
    }
}
