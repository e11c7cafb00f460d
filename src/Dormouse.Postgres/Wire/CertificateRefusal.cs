using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Dormouse.Postgres.Wire;

/// <summary>Says why a server's certificate is not accepted, in words that lead to the remedy.</summary>
internal static class CertificateRefusal
{
    // A certificate of a large provider has hundreds; the first few tell a person what it is for.
    private const int NamesShown = 5;

    /// <summary>Null where it is accepted.</summary>
    public static string? Of(TcpServer server, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (server.Tls == TlsMode.Unverified)
        {
            return null;
        }
        if (certificate is null)
        {
            return "the server showed none";
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return OfChain(server, certificate, chain);
        }
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && server.Tls == TlsMode.VerifyFull
            ? $"it is made out to {NamesOf(certificate)}, not to '{server.Host}'. Connect by that name, or write sslmode=verify-ca to "
                + "accept any name that the authority signed"
            : null;
    }

    private static string OfChain(TcpServer server, X509Certificate2 certificate, X509Chain? chain)
    {
        X509ChainStatusFlags flags = chain?.ChainStatus.Aggregate(default(X509ChainStatusFlags), (all, one) => all | one.Status) ?? default;
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return $"it, or one above it, is not valid now: the server's is valid from {Date(certificate.NotBefore)} to "
                + $"{Date(certificate.NotAfter)}. Renew it on the server, or see that this machine's clock is right";
        }
        // A signature that is not valid is what a stranger of the same name leaves.
        if (
            (flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0
        )
        {
            return server.Roots is null
                ? $"no authority that this machine trusts signed it; its issuer is '{certificate.Issuer}'. Name that authority's certificate by "
                    + "--ca FILE (providers offer it for download)"
                : $"none of the given authorities signed it; its issuer is '{certificate.Issuer}'. Give the certificate of that one by --ca FILE";
        }
        IEnumerable<string> said = chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? [];
        return $"it cannot be verified ({string.Join("; ", said)})";
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? alternatives = certificate
            .Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .FirstOrDefault();
        string[] names = alternatives is null
            ? [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)]
            : [.. alternatives.EnumerateDnsNames(), .. alternatives.EnumerateIPAddresses().Select(address => address.ToString())];
        string shown = string.Join(", ", names.Take(NamesShown).Select(name => $"'{name}'"));
        return names.Length > NamesShown ? $"{shown} and {names.Length - NamesShown} more" : shown;
    }

    private static string Date(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
