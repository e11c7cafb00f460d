using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dormouse.Contracts;

namespace Dormouse.Edge.Tls;

/// <summary>
/// A certificate that was checked and made ready for handshakes. Immutable, and never disposed: a handshake may still hold it when it has
/// been replaced, and its key goes with the last one.
/// </summary>
internal sealed class ServerCertificate
{
    private const string BeginMark = "-----BEGIN CERTIFICATE-----";

    private ServerCertificate(X509Certificate2 leaf, X509Certificate2Collection issuers)
    {
        From = leaf.NotBefore.ToUniversalTime();
        Until = leaf.NotAfter.ToUniversalTime();
        Subject = leaf.Subject;
        Thumbprint = leaf.Thumbprint;
        // Offline: a server that looks up missing issuers at its start would hang where there is no way out.
        var context = SslStreamCertificateContext.Create(leaf, issuers, offline: true);
        // No client speaks HTTP/2 to a server that it does not know, and what is not offered needs no bounds.
        Handshake = With(context, SslApplicationProtocol.Http11);
        EdgeHandshake = With(context, SslApplicationProtocol.Http2);
    }

    public DateTimeOffset From { get; }

    public DateTimeOffset Until { get; }

    public string Subject { get; }

    public string Thumbprint { get; }

    /// <summary>What new connections are greeted with. Shared by all of them: nobody may change it.</summary>
    public SslServerAuthenticationOptions Handshake { get; }

    /// <summary>The same at the door for edges.</summary>
    public SslServerAuthenticationOptions EdgeHandshake { get; }

    /// <param name="pair">What is in the files.</param>
    /// <param name="certificateFile">For messages.</param>
    /// <param name="keyFile">For messages.</param>
    /// <param name="now">The certificate must be valid at this moment.</param>
    /// <exception cref="DormouseException">The pair cannot be served; the message says why.</exception>
    public static ServerCertificate Of(CertificatePair pair, string certificateFile, string keyFile, DateTimeOffset now)
    {
        string pem = Encoding.UTF8.GetString(pair.Certificate);
        X509Certificate2Collection chain = Chain(pem, certificateFile);
        X509Certificate2 leaf = WithKey(pem, pair.Key, keyFile);
        chain.RemoveAt(0);
        if (leaf.NotAfter.ToUniversalTime() <= now || leaf.NotBefore.ToUniversalTime() > now)
        {
            throw TlsFailures.OutOfTime(certificateFile, leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
        }
        return new ServerCertificate(leaf, chain);
    }

    private static SslServerAuthenticationOptions With(SslStreamCertificateContext context, SslApplicationProtocol protocol) =>
        new()
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [protocol],
            AllowRenegotiation = false,
        };

    // As many certificates as begin, so that a file which ends in the middle of one is not taken for a shorter chain.
    private static X509Certificate2Collection Chain(string pem, string file)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw TlsFailures.NoCertificate(file, exception);
        }
        int begun = pem.AsSpan().Count(BeginMark);
        return begun > 0 && chain.Count == begun ? chain : throw TlsFailures.NoCertificate(file);
    }

    private static X509Certificate2 WithKey(string pem, byte[] key, string file)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem, Encoding.UTF8.GetString(key));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw TlsFailures.NoKey(file, exception);
        }
    }
}
