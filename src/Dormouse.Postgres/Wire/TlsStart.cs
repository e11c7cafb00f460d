using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Dormouse.Postgres.Wire;

/// <summary>Turns a fresh TCP connection into a TLS one, if its server's mode says so (protocol chapter 54.2.10).</summary>
internal static class TlsStart
{
    private const byte Willing = (byte)'S';

    // SSLRequest: its length and the code 1234,5679.
    private static readonly byte[] Request = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

    public static async ValueTask<SslStream?> RunAsync(Socket socket, TcpServer server, CancellationToken cancellationToken)
    {
        if (server.Tls == TlsMode.Off)
        {
            return null;
        }
        await socket.SendAsync(Request, SocketFlags.None, cancellationToken);
        // One byte and no more: what somebody slipped in behind it must meet the TLS handshake, not the protocol.
        var answer = new byte[1];
        int received = await socket.ReceiveAsync(answer, SocketFlags.None, cancellationToken);
        if (received == 0)
        {
            throw WireFault.Lost("the server closed it when it was asked for TLS", null);
        }
        return answer[0] == Willing
            ? await AuthenticateAsync(socket, server, cancellationToken)
            : throw WireFault.TlsNotOffered(server.ToString());
    }

    private static async ValueTask<SslStream> AuthenticateAsync(Socket socket, TcpServer server, CancellationToken cancellationToken)
    {
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        string? refusal = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = server.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = PolicyFor(server),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                refusal = CertificateRefusal.Of(server, certificate as X509Certificate2, chain, errors);
                return refusal is null;
            },
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return tls;
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            throw e switch
            {
                _ when refusal is not null => WireFault.CertificateRefused(server.ToString(), refusal, e),
                AuthenticationException or IOException => WireFault.TlsFailed(server.ToString(), e),
                _ => e,
            };
        }
    }

    private static X509ChainPolicy PolicyFor(TcpServer server)
    {
        // Nothing is fetched while a connection waits: neither revocation lists nor certificates that the server forgot to send.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (server.Roots is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }
        return policy;
    }
}
