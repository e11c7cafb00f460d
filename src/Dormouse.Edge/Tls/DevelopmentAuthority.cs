using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Tls;

/// <summary>
/// A CA of this platform alone, and the certificate that it signs for this machine: so that <c>prisma://localhost</c> works at once, for
/// who tells an app to trust the CA. The CA is kept, and the certificate renewed long before its end. One thread at a time.
/// <code>
/// ca-key.pem      the CA with its key; counts                 0600
/// ca.pem          the CA for apps: NODE_EXTRA_CA_CERTS        0644
/// server.pem      the certificate with its key                0600, in one file so that it changes at one moment
/// </code>
/// </summary>
internal sealed partial class DevelopmentAuthority(TlsOptions options, TimeProvider timeProvider, ILogger logger)
{
    private static readonly string[] OfThisMachine = ["localhost", "127.0.0.1", "::1"];

    // An app that trusts it goes on for years without being told anew. Public CAs have such lives too.
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);

    // What public CAs gave for long: short enough that renewal happens, long enough for a platform that is down over a season.
    private static readonly TimeSpan CertificateLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    // Clocks of containers and virtual machines are behind now and then.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    private readonly string authorityFile = Path.Combine(options.DevelopmentFolder!, "ca-key.pem");
    private DateTimeOffset renewAt = DateTimeOffset.MinValue;

    private string CaFile => options.CaFile!;

    public string CertificateFile { get; } = Path.Combine(options.DevelopmentFolder!, "server.pem");

    /// <summary>Makes what is missing, is near its end, or was made for other names. Does nothing until the next renewal is due.</summary>
    /// <exception cref="DormouseException">The CA's file is damaged, or nothing can be written.</exception>
    public void Ensure()
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (now < renewAt)
        {
            return;
        }
        try
        {
            renewAt = EnsureAt(now) - RenewBefore;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TlsFailures.Unwritable(options.DevelopmentFolder!, exception);
        }
    }

    private DateTimeOffset EnsureAt(DateTimeOffset now)
    {
        using X509Certificate2 authority = LoadAuthority(now) ?? MakeAuthority(now);
        string pem = authority.ExportCertificatePem();
        if (!File.Exists(CaFile) || File.ReadAllText(CaFile).TrimEnd() != pem)
        {
            SecretFile.WriteReadable(CaFile, pem);
        }
        X509Extension names = Names();
        return KnownUntil(authority, names, now) ?? MakeCertificate(authority, names, now);
    }

    private X509Extension Names()
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string name in OfThisMachine.Concat(options.DevelopmentNames).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }
        return names.Build();
    }

    private X509Certificate2? LoadAuthority(DateTimeOffset now)
    {
        if (!File.Exists(authorityFile))
        {
            return null;
        }
        X509Certificate2 authority;
        try
        {
            authority = X509Certificate2.CreateFromPemFile(authorityFile);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw TlsFailures.BrokenAuthority(authorityFile, exception);
        }
        if (authority.NotAfter.ToUniversalTime() - now > CertificateLife)
        {
            return authority;
        }
        Log.AuthorityEnds(logger, CaFile);
        authority.Dispose();
        return null;
    }

    private X509Certificate2 MakeAuthority(DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The number tells the CAs of several platforms from one another.
        string number = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var request = new CertificateRequest($"CN=Dormouse development CA {number}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        X509Certificate2 authority = request.CreateSelfSigned(now - ClockSkew, now + AuthorityLife);
        SecretFile.Write(authorityFile, authority.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return authority;
    }

    /// <summary>The end of the certificate that is there, or null where it has to be made.</summary>
    private DateTimeOffset? KnownUntil(X509Certificate2 authority, X509Extension names, DateTimeOffset now)
    {
        try
        {
            using X509Certificate2 known = X509Certificate2.CreateFromPemFile(CertificateFile);
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.VerificationTime = now.UtcDateTime;
            bool isGood =
                chain.Build(known)
                && known.NotAfter.ToUniversalTime() - now > RenewBefore
                && known.Extensions.Any(extension => extension.RawData.AsSpan().SequenceEqual(names.RawData));
            return isGood ? known.NotAfter.ToUniversalTime() : null;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException)
        {
            return null;
        }
    }

    private DateTimeOffset MakeCertificate(X509Certificate2 authority, X509Extension names, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([Oid.FromFriendlyName("TLS Web Server Authentication", OidGroup.EnhancedKeyUsage)], false)
        );
        request.CertificateExtensions.Add(names);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        // Positive, and of no more than 16 bytes.
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        DateTimeOffset until = now + CertificateLife;
        using X509Certificate2 made = request.Create(authority, now - ClockSkew, until, serial);
        SecretFile.Write(CertificateFile, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        Log.Made(logger, CertificateFile, until);
        return made.NotAfter.ToUniversalTime();
    }

    private static partial class Log
    {
        [LoggerMessage(4310, LogLevel.Information, "Made the development certificate {File}, which is valid until {Until:u}.")]
        public static partial void Made(ILogger logger, string file, DateTimeOffset until);

        [LoggerMessage(
            4311,
            LogLevel.Warning,
            "The development CA is near its end, and a new one was made. Apps that trust {File} have to be started anew."
        )]
        public static partial void AuthorityEnds(ILogger logger, string file);
    }
}
