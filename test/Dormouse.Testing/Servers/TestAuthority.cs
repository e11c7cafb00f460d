using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dormouse.Testing.Servers;

/// <summary>A certificate authority of a test, which no machine trusts by itself.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly RSA key = RSA.Create(2048);
    private readonly X509Certificate2 root;

    public TestAuthority()
    {
        CertificateRequest request = new("CN=Authority of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        root = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
    }

    /// <summary>Its certificate in PEM form: what <c>--ca</c> takes.</summary>
    public string Pem => root.ExportCertificatePem();

    public X509Certificate2Collection Roots => [root];

    /// <summary>A server's certificate with its key. It ended yesterday where <paramref name="isExpired"/> says so.</summary>
    public X509Certificate2 Issue(string dnsName, bool isExpired = false)
    {
        using RSA serverKey = RSA.Create(2048);
        CertificateRequest request = new("CN=" + dnsName, serverKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 signed = request.Create(
            root,
            now.AddDays(-10),
            now.AddDays(isExpired ? -1 : 10),
            RandomNumberGenerator.GetBytes(8)
        );
        using X509Certificate2 whole = signed.CopyWithPrivateKey(serverKey);
        // Through PKCS#12, so that the key does not go with the RSA object.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    public void Dispose()
    {
        root.Dispose();
        key.Dispose();
    }
}
