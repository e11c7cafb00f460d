using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dormouse.Postgres.Wire;

/// <summary>
/// The channel binding <c>tls-server-end-point</c> (RFC 5929, section 4.1): the hash of the server's certificate by the hash function of
/// its signature, where MD5 and SHA-1 give way to SHA-256.
/// </summary>
internal static class ChannelBinding
{
    public const string Name = "tls-server-end-point";

    /// <summary>Null for signatures whose hash function the RFC does not define.</summary>
    public static byte[]? Of(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 known)
        {
            return null;
        }
        byte[] bytes = known.RawData;
        return known.SignatureAlgorithm.Value switch
        {
            // RSA with MD5, SHA-1 and SHA-256; ECDSA with SHA-1 and SHA-256
            "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.113549.1.1.11" => SHA256.HashData(bytes),
            "1.2.840.10045.4.1" or "1.2.840.10045.4.3.2" => SHA256.HashData(bytes),
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(bytes),
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(bytes),
            _ => null,
        };
    }
}
