using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Postgres;

namespace Dormouse.Instances.Upkeep;

/// <summary>
/// A session of the platform's role in a database that belongs to the tenant. What "ALTER DATABASE … SET" gives to every session there is set
/// anew at its start, where it wins: names lead to PostgreSQL's own functions and operators only, nobody's role is taken, and nothing
/// ends it.
/// </summary>
internal static class PlatformSession
{
    public const string MainDatabase = "postgres";

    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);

    /// <param name="folder">Where the socket is.</param>
    /// <param name="secrets">The instance's.</param>
    /// <param name="database">The database inside the instance.</param>
    /// <param name="purpose">Shown in <c>pg_stat_activity</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ValueTask<ServerConnection> OpenAsync(
        InstanceFolder folder,
        RoleSecrets secrets,
        string database,
        string purpose,
        CancellationToken cancellationToken
    )
    {
        var login = new ServerLogin(folder.SocketPath, RoleSecrets.PlatformRole, secrets.PlatformPassword, database);
        return ServerConnection.OpenAsync(login, Options(purpose), cancellationToken);
    }

    public static ServerConnectionOptions Options(string purpose) =>
        new()
        {
            ApplicationName = "dormouse " + purpose,
            StatementCharsMax = 0,
            Settings =
            [
                new("search_path", "pg_catalog"),
                new("role", "none"),
                new("default_transaction_read_only", "off"),
                new("default_transaction_isolation", "read committed"),
                new("statement_timeout", "0"),
                // Who holds a lock is at work, and needs no upkeep of ours just now.
                new("lock_timeout", "1s"),
                new("idle_session_timeout", "0"),
                new("vacuum_cost_delay", "0"),
                new("maintenance_work_mem", "16MB"),
            ],
        };

    /// <summary>Sees the server's process off: one that froze on its way out would keep its memory.</summary>
    public static Task CloseAsync(ServerConnection session) => session.CloseAndSeeOffAsync(FarewellMax);

    public static async Task<IReadOnlyList<string?[]>> RowsAsync(ServerConnection session, string sql, CancellationToken cancellationToken)
    {
        var rows = new TextRows();
        await session.ExecuteSimpleAsync(sql, rows, cancellationToken);
        return rows.Rows;
    }
}
