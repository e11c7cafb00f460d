using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dormouse.Postgres;

/// <summary>
/// A PostgreSQL server as people write it, <c>postgres://user:password@host:port/database?sslmode=…</c>, with the parameters of libpq's
/// and Prisma's URLs. What has a meaning here is honoured, what would be unsafe or cannot work is refused, and the rest is left out and
/// said so in <see cref="Notes"/>. Immutable.
/// </summary>
public sealed record ServerUrl
{
    public const int DefaultPort = 5432;

    private static readonly FrozenSet<string> Schemes = FrozenSet.ToFrozenSet(["postgres", "postgresql"]);

    private ServerUrl() { }

    public required string Host { get; init; }
    public required int Port { get; init; }
    public required string User { get; init; }
    public required string Password { get; init; }
    public required string Database { get; init; }

    /// <summary><see cref="TlsMode.VerifyFull"/> unless the URL asks for less: <c>require</c> and <c>prefer</c> verify too.</summary>
    public TlsMode Tls { get; init; } = TlsMode.VerifyFull;

    /// <summary><c>channel_binding=require</c>.</summary>
    public bool RequireChannelBinding { get; init; }

    /// <summary><c>connection_limit</c>.</summary>
    public int? ConnectionLimit { get; init; }

    /// <summary><c>connect_timeout</c>.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary><c>sslrootcert</c>: a file on the machine of whoever wrote the URL.</summary>
    public string? RootCertificateFile { get; init; }

    /// <summary><c>application_name</c>.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>What was left out or is meant otherwise, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <exception cref="FormatException">The message says what is wrong, never with the password in it.</exception>
    public static ServerUrl Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? url) || !Schemes.Contains(url.Scheme))
        {
            throw new FormatException(
                "it is no URL of the form postgres://user:password@host:port/database. Characters such as @ : / ? # % in a password are written "
                    + "as %40 %3A %2F %3F %23 %25"
            );
        }
        if (url.Host.Length == 0)
        {
            throw new FormatException("it names no host");
        }
        string[] credentials = url.UserInfo.Split(':', 2);
        string database = Decoded(url.AbsolutePath.TrimStart('/'));
        string user = Decoded(credentials[0]);
        if (user.Length == 0 || database.Length == 0)
        {
            throw new FormatException($"it names no {(user.Length == 0 ? "user" : "database")}");
        }
        var plain = new ServerUrl
        {
            Host = url.IdnHost,
            Port = url.Port > 0 ? url.Port : DefaultPort,
            User = user,
            Password = credentials.Length > 1 ? Decoded(credentials[1]) : "",
            Database = database,
        };
        return ServerUrlParameters.Apply(plain, url.Query);
    }

    /// <summary>How to log in there.</summary>
    /// <param name="rootCertificates">Authorities in PEM form; null: those that this machine trusts.</param>
    public ServerLogin Login(string? rootCertificates)
    {
        X509Certificate2Collection? roots = null;
        if (rootCertificates is not null && !TryReadCertificates(rootCertificates, out roots))
        {
            throw new FormatException("the stored certificate authorities cannot be read");
        }
        var server = new TcpServer(Host, Port, Tls) { Roots = roots, RequireChannelBinding = RequireChannelBinding };
        return new ServerLogin(server, User, Password, Database);
    }

    /// <summary>How a connection there behaves: for a server that is somebody else's.</summary>
    public ServerConnectionOptions Options(ServerConnectionOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return defaults with
        {
            // A server elsewhere answers within a second or not at all; as long as a caller waits for a connection.
            ConnectTimeout = ConnectTimeout ?? TimeSpan.FromSeconds(10),
            RequireScram = false,
            ApplicationName = ApplicationName ?? defaults.ApplicationName,
        };
    }

    /// <summary>All certificates of a PEM text; false when there is none or one is damaged.</summary>
    public static bool TryReadCertificates(string pem, [NotNullWhen(true)] out X509Certificate2Collection? certificates)
    {
        certificates = [];
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            return false;
        }
        return certificates.Count > 0;
    }

    /// <summary>Leaves the password out, so that a log line cannot hold it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{User}@{Host}:{Port}/{Database}");

    private static string Decoded(string text) => Uri.UnescapeDataString(text);
}
