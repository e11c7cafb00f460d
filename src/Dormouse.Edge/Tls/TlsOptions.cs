using System.Net;

namespace Dormouse.Edge.Tls;

/// <summary>
/// How the front door encrypts. The certificate is either in files that somebody else writes (<see cref="CertificateFile"/> and
/// <see cref="KeyFile"/>), or Dormouse's own, for development, in <see cref="DevelopmentFolder"/>.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>PEM: the certificate, and behind it those that lead to its CA.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM: the certificate's private key, without a passphrase. May be the same file.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Where the development CA and its certificate are kept, and made when they are missing. Must be there.</summary>
    public string? DevelopmentFolder { get; set; }

    /// <summary>The development CA's file, for apps; null where the certificate is somebody else's.</summary>
    public string? CaFile => DevelopmentFolder is null ? null : Path.Combine(DevelopmentFolder, "ca.pem");

    /// <summary>Names and addresses that the development certificate is good for, beside those of this machine.</summary>
    public IReadOnlyList<string> DevelopmentNames { get; set; } = [];

    /// <summary>
    /// How often the files are read to see whether they changed; a change counts once two reads in a row see the same. 5 s: nobody waits
    /// longer for a new certificate than it takes to look for it, and reading two small files costs nothing.
    /// </summary>
    public TimeSpan CheckPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long before a certificate's end the log and <c>status</c> warn. 14 days: who renews by a program does so at 30 days, so it has
    /// failed for two weeks by then, and two are left. A certificate of few days is warned of in its last third.
    /// </summary>
    public TimeSpan ExpiryWarning { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long a handshake may take. 10 s is Kestrel's own default: three packets each way on a bad mobile line.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a text can stand in a certificate: a host name, one with <c>*.</c> before it, or an IP address.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string host = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        return IPAddress.TryParse(text, out _) || (host.Length is > 0 and <= 253 && Uri.CheckHostName(host) == UriHostNameType.Dns);
    }

    internal void Validate(List<string> errors)
    {
        if ((CertificateFile is null) != (KeyFile is null) || (CertificateFile is null) == (DevelopmentFolder is null))
        {
            errors.Add("Tls needs CertificateFile and KeyFile, or DevelopmentFolder.");
        }
        if (DevelopmentNames.FirstOrDefault(name => !IsName(name)) is { } wrong)
        {
            errors.Add($"DevelopmentNames: '{wrong}' is neither a host name nor an IP address.");
        }
        if (CheckPeriod <= TimeSpan.Zero || ExpiryWarning < TimeSpan.Zero || HandshakeTimeout <= TimeSpan.Zero)
        {
            errors.Add("CheckPeriod and HandshakeTimeout must be above zero, and ExpiryWarning not below.");
        }
    }
}
