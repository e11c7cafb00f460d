using System.Globalization;

namespace Dormouse.Postgres;

/// <summary>What stands behind the question mark of a <see cref="ServerUrl"/>, one parameter after the other.</summary>
internal static class ServerUrlParameters
{
    private const int ParametersMax = 64;
    private const int ConnectionsMax = 1_000;
    private const int ConnectSecondsMax = 60;

    public static ServerUrl Apply(ServerUrl url, string query)
    {
        string[] parameters = query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries);
        if (parameters.Length > ParametersMax)
        {
            throw new FormatException($"it has more than {ParametersMax} parameters");
        }
        foreach (string parameter in parameters)
        {
            string[] parts = parameter.Split('=', 2);
            string value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1].Replace('+', ' ')) : "";
            url = Apply(url, Uri.UnescapeDataString(parts[0]), value);
        }
        return url;
    }

    private static ServerUrl Apply(ServerUrl url, string name, string value) =>
        name switch
        {
            "sslmode" => OfSslMode(url, value),
            "sslaccept" => value == "strict"
                ? url
                : Noted(url, "sslaccept=accept_invalid_certs is not taken over: certificates are verified."),
            "sslrootcert" => value == "system" ? url : url with { RootCertificateFile = value },
            "channel_binding" => url with { RequireChannelBinding = value == "require" },
            "schema" => value is "" or "public"
                ? url
                : throw new FormatException(
                    $"schema={Printable(value)} is not supported: statements of Prisma's clients lead to 'public' unless their models say otherwise. "
                        + "Name the schema in the Prisma schema (schemas, @@schema) and leave the parameter out"
                ),
            "connection_limit" => url with { ConnectionLimit = Number(name, value, 1, ConnectionsMax) },
            "connect_timeout" => value == "0"
                ? url
                : url with
                {
                    ConnectTimeout = TimeSpan.FromSeconds(Number(name, value, 1, ConnectSecondsMax)),
                },
            "application_name" => url with { ApplicationName = value },
            "pgbouncer" => value == "true" ? throw new FormatException(PoolerText) : url,
            "sslcert" or "sslkey" or "sslidentity" or "sslpassword" => throw new FormatException(
                $"it has '{name}', and client certificates are not supported. If the file is the authority that signed the server's certificate, "
                    + "leave it out of the URL and name it by --ca FILE"
            ),
            "host" or "hostaddr" or "port" or "user" or "password" or "dbname" or "service" or "passfile" => throw new FormatException(
                $"the parameter '{name}' is not read here: write host, port, user, password and database before the question mark"
            ),
            "options" => throw new FormatException(
                "it has 'options', which are not sent: give such settings to the role (ALTER ROLE … SET …)"
            ),
            "target_session_attrs" => value is "any" or "read-write"
                ? url
                : throw new FormatException($"target_session_attrs={value} is not supported: name the very server"),
            "pool_timeout" or "socket_timeout" or "statement_cache_size" or "max_idle_connection_lifetime" or "max_connection_lifetime" =>
                Noted(url, $"{name} is left out: these bounds are the platform's."),
            // Their names come from a stranger's URL; their values might be secrets.
            _ => Noted(url, $"{Printable(name)} is not known here and left out."),
        };

    private const string PoolerText =
        "pgbouncer=true says that a pooler stands before the server and hands its connections around between statements. Dormouse is a pool "
        + "itself and needs sessions of its own: give it the server's direct address (or a pooler in session mode), without this parameter";

    private static ServerUrl OfSslMode(ServerUrl url, string mode) =>
        mode switch
        {
            "disable" => url with { Tls = TlsMode.Off },
            "verify-ca" => url with { Tls = TlsMode.VerifyCa },
            "verify-full" or "require" => url with { Tls = TlsMode.VerifyFull },
            "prefer" or "allow" => Noted(
                url with
                {
                    Tls = TlsMode.VerifyFull,
                },
                $"sslmode={mode} would let whoever stands in between switch TLS off: it is required and verified here. Write sslmode=disable for none."
            ),
            // As clients of Node.js write it; --tls-no-verify comes to the same.
            "no-verify" => url with { Tls = TlsMode.Unverified },
            _ => throw new FormatException(
                $"sslmode={Printable(mode)} is unknown; there are disable, require (which verifies here), verify-ca, verify-full and no-verify"
            ),
        };

    private static int Number(string name, string value, int min, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw new FormatException($"{name} must be a number from {min} to {max}");

    private static ServerUrl Noted(ServerUrl url, string note) => url with { Notes = [.. url.Notes, note] };

    private static string Printable(string text) =>
        new([.. text.Take(40).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '?')]);
}
