using System.Security.Cryptography.X509Certificates;

namespace Dormouse.Postgres;

/// <summary>A server that is reached over TCP, and how its identity is checked.</summary>
/// <param name="Host">A name or an address; a certificate must be made out to it.</param>
/// <param name="Port">Its port.</param>
/// <param name="Tls">Whether the connection is encrypted, and what of the certificate is checked.</param>
public sealed record TcpServer(string Host, int Port, TlsMode Tls)
{
    /// <summary>The authorities that may have signed the server's certificate; null: those that this machine trusts.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>Refuse a log-in that is not bound to the server's certificate (<c>channel_binding=require</c>).</summary>
    public bool RequireChannelBinding { get; init; }

    /// <summary>As messages name it.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>How much of TLS there is.</summary>
public enum TlsMode
{
    /// <summary>Everything goes in clear. SCRAM still hides the password, but nothing hides the rows.</summary>
    Off,

    /// <summary>Encrypted, with whoever answers.</summary>
    Unverified,

    /// <summary>A trusted authority signed the certificate, for whatever name.</summary>
    VerifyCa,

    /// <summary>A trusted authority signed the certificate for this host name.</summary>
    VerifyFull,
}
