using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Control.Attached;

/// <summary>
/// Looks at a server before it is attached: 1 log in; 2 ask what it is and what it allows; 3 see that its sessions are ours alone and keep
/// the settings on which the reading of rows depends.
/// </summary>
internal static class ServerProbe
{
    private const int OldestVersion = 14;
    private const int NewestVersion = 18;

    // Others' rows of pg_stat_activity hide what they are from plain roles, but not that they are connected to a database.
    private const string Question = """
        SELECT current_setting('server_version'), current_setting('server_version_num'), current_setting('max_connections'),
            current_setting('superuser_reserved_connections')::int
                + coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int,
            (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND pid <> pg_backend_pid()),
            r.rolconnlimit, d.datconnlimit, r.rolsuper, has_database_privilege(current_database(), 'CREATE'), pg_is_in_recovery(),
            pg_backend_pid(),
            concat_ws('|', current_setting('client_encoding'), current_setting('DateStyle'), current_setting('IntervalStyle'),
                current_setting('TimeZone'), current_setting('bytea_output'), current_setting('extra_float_digits'),
                current_setting('standard_conforming_strings'))
        FROM pg_roles r, pg_database d
        WHERE r.rolname = current_user AND d.datname = current_database()
        """;

    private const string Settings = "UTF8|ISO, MDY|postgres|UTC|hex|1|on";

    /// <exception cref="DormouseException">It cannot be attached; the message says what is wrong and what to do.</exception>
    public static async Task<ServerFacts> AskAsync(ServerUrl url, string? rootCertificates, CancellationToken cancellationToken)
    {
        ServerLogin login = url.Login(rootCertificates);
        ServerConnectionOptions options = url.Options(
            new ServerConnectionOptions { ApplicationName = "dormouse attach", StatementsMax = 0 }
        );
        try
        {
            await using ServerConnection connection = await ServerConnection.OpenAsync(login, options, cancellationToken); // 1
            string?[] said = await AskAsync(connection, cancellationToken); // 2
            ServerFacts facts = Read(said);
            if (facts.VersionNumber / 10_000 is < OldestVersion or > NewestVersion)
            {
                throw AttachFailures.Version(url, facts.Version, OldestVersion, NewestVersion);
            }
            if (said[^1] != Settings)
            {
                throw AttachFailures.Pooler(url, "it drops the settings of a session");
            }
            // 3: behind a pooler the key for cancellations is the pooler's, and the process is the server's.
            if (Number(said[^2]) != connection.ServerProcessId)
            {
                await using ServerConnection second = await ServerConnection.OpenAsync(login, options, cancellationToken);
                if ((await AskAsync(second, cancellationToken))[^2] == said[^2])
                {
                    throw AttachFailures.Pooler(url, "two sessions met in one server process");
                }
            }
            return facts;
        }
        catch (PostgresException refused)
        {
            throw AttachFailures.Refused(url, refused);
        }
        catch (ServerConnectionException failure)
        {
            throw new DormouseException(FailureKind.Compute, failure.Code, failure.Message, failure);
        }
    }

    private static async Task<string?[]> AskAsync(ServerConnection connection, CancellationToken cancellationToken)
    {
        var rows = new TextRows();
        await connection.ExecuteAsync(Question, default, rows, cancellationToken);
        return rows.Rows[0];
    }

    private static ServerFacts Read(string?[] said)
    {
        int[] limits = [.. new[] { Number(said[5]), Number(said[6]) }.Where(limit => limit >= 0)];
        return new ServerFacts(
            said[0]!,
            Number(said[1]),
            Number(said[2]),
            Number(said[3]),
            Number(said[4]),
            limits.Length > 0 ? limits.Min() : null
        )
        {
            IsSuperuser = said[7] == "t",
            CanCreate = said[8] == "t",
            IsReadOnly = said[9] == "t",
        };
    }

    private static int Number(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);
}
