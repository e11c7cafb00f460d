using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dormouse.EndToEnd.Platform;

/// <summary>A certificate for the TLS front before the peer, which the oldest clients need.</summary>
internal static class LocalhostCertificate
{
    /// <summary>Puts it into a folder, and gives the environment that tells the script and its client where it lies.</summary>
    public static async Task<Dictionary<string, string?>> MakeAsync(string folder, CancellationToken cancellationToken)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string file = Path.Combine(folder, "cert.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        return new() { ["DORMOUSE_TLS"] = folder, ["NODE_EXTRA_CA_CERTS"] = file };
    }
}
