using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dormouse.Edge.Tests.Tls;

/// <summary>Certificates such as a CA gives out: with an issuer between it and the server's.</summary>
internal static class TestCertificates
{
    public static readonly DateTimeOffset From = new(2029, 12, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A certificate with its issuer, and the key.</summary>
    public static (string Certificate, string Key) Make(DateTimeOffset from, DateTimeOffset until)
    {
        using ECDsa issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuing = new CertificateRequest("CN=Test issuer", issuerKey, HashAlgorithmName.SHA256);
        issuing.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        using X509Certificate2 root = Root(from.AddDays(-2), until.AddDays(2));
        using X509Certificate2 issued = issuing.Create(root, from.AddDays(-1), until.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 issuer = issued.CopyWithPrivateKey(issuerKey);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(8));
        return (certificate.ExportCertificatePem() + "\n" + issuer.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Root(DateTimeOffset from, DateTimeOffset until)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        return request.CreateSelfSigned(from, until);
    }

    /// <summary>One that is valid on the first day of a test's clock, and for so many days more.</summary>
    public static (string Certificate, string Key) Make(int days = 90) =>
        Make(From, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(days));

    public static string ThumbprintOf(string certificate)
    {
        using X509Certificate2 parsed = X509Certificate2.CreateFromPem(certificate);
        return parsed.Thumbprint;
    }
}
