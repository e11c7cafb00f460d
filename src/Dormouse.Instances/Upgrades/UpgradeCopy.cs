using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Dumps;
using Dormouse.Instances.Extensions;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Upkeep;
using Dormouse.Postgres;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Upgrades;

/// <summary>
/// Moves what a stopped instance holds into a data directory of another major version, by dump and restore between two servers whose sockets nobody else
/// knows, so that nothing can be written meanwhile: 1. a clone of the new version's template, with the instance's passwords; 2. both servers; 3. whether all
/// that is there can be carried, or nothing is done; 4. extensions that only the platform creates; 5. pg_dump of the old version, which knows all that its
/// server keeps, into pg_restore of the new one, both as the tenant's role, since a dump is code; 6. settings of the database and its role; 7. statistics; 8. both sides have the same objects and rows; 9. both
/// servers stopped cleanly, and all flushed.
/// </summary>
internal sealed partial class UpgradeCopy(
    DatabaseId id,
    InstanceFolder folder,
    InstanceRecord before,
    RoleSecrets own,
    PostgresImage from,
    InstanceTemplate target,
    TemplateStore templates,
    InstanceLifecycle lifecycle,
    string notesPath,
    ILogger logger
)
{
    private const string Purpose = "upgrade";
    private const string Database = "postgres";

    // Loading is one writer whose data is worth nothing before it is flushed at the end; a large index may sort more than a session may spill.
    private static readonly string[] LoadSettings =
    [
        "autovacuum=off",
        "synchronous_commit=off",
        "max_wal_size=256MB",
        "maintenance_work_mem=64MB",
        "temp_file_limit=-1",
        "max_locks_per_transaction=1024",
    ];

    private static readonly string[] ReadSettings = ["autovacuum=off", "max_locks_per_transaction=1024"];

    private const string NotInADump = """
        SELECT 'the role ' || rolname FROM pg_roles WHERE rolname NOT IN ('app', 'dormouse') AND rolname !~ '^pg_'
        UNION ALL SELECT 'the database ' || datname FROM pg_database WHERE datname NOT IN ('postgres', 'template1')
        UNION ALL SELECT 'the subscription ' || subname FROM pg_subscription
        UNION ALL SELECT 'the prepared transaction ' || gid FROM pg_prepared_xacts
        LIMIT 5
        """;

    // As statements for the other side; FROM CURRENT spares the rules of quoting that lists such as search_path have.
    private const string Settings = """
        SELECT format('BEGIN; SELECT set_config(%L, %L, true); %s SET %s FROM CURRENT; COMMIT', name, value, target, quoted)
        FROM (
            SELECT split_part(setting, '=', 1) AS name, substr(setting, strpos(setting, '=') + 1) AS value,
                CASE WHEN s.setrole = 0 THEN 'ALTER DATABASE postgres'
                    WHEN s.setdatabase = 0 THEN 'ALTER ROLE app'
                    ELSE 'ALTER ROLE app IN DATABASE postgres' END AS target,
                (SELECT string_agg(quote_ident(part), '.') FROM unnest(string_to_array(split_part(setting, '=', 1), '.')) part) AS quoted
            FROM pg_db_role_setting s, unnest(s.setconfig) setting
            WHERE s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = 'app'))
                AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = 'postgres'))
                AND NOT (s.setrole = 0 AND s.setdatabase = 0)
        ) each
        """;

    private const string Objects = """
        SELECT string_agg(kind || ' ' || number, ', ' ORDER BY kind)
        FROM (
            SELECT 'relations of kind ' || c.relkind::text AS kind, count(*) AS number FROM pg_class c
            WHERE c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            GROUP BY c.relkind
            UNION ALL
            SELECT 'functions', count(*) FROM pg_proc p
            WHERE p.pronamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
            UNION ALL SELECT 'large objects', count(*) FROM pg_largeobject_metadata
            UNION ALL SELECT 'extensions', count(*) FROM pg_extension
            UNION ALL SELECT 'triggers', count(*) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'policies', count(*) FROM pg_policy
        ) counts
        """;

    private const string Tables = """
        SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY 1
        """;

    private string OldSockets => folder.ApartSocketFolders[0];

    private string NewSockets => folder.ApartSocketFolders[1];

    /// <returns>Whether the new data has the instance's passwords.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // 1
            bool hasOwn = await templates.CloneAsync(target, folder.UpgradingPath, before.Uid, own, cancellationToken);
            RoleSecrets inside = hasOwn ? own : target.Secrets;
            DataUpgrade.RemoveApart(folder);
            // 2
            await using (
                ApartRun old = await StartAsync(from, folder.DataPath, OldSockets, folder.LockPath, "", ReadSettings, cancellationToken)
            )
            await using (
                ApartRun made = await StartAsync(
                    target.Image,
                    folder.UpgradingPath,
                    NewSockets,
                    folder.UpgradingLockPath,
                    "-upgrade",
                    LoadSettings,
                    cancellationToken
                )
            )
            {
                await MoveAsync(inside, cancellationToken);
                // 9
                await made.StopAsync();
                await old.StopAsync();
            }
            HostDisk.FlushFileSystem(folder.UpgradingPath);
            return hasOwn;
        }
        catch (Exception exception) when (exception is PostgresException or ServerConnectionException)
        {
            throw UpgradeFailures.Failed(id, exception.Message, exception);
        }
        finally
        {
            DataUpgrade.RemoveApart(folder);
        }
    }

    private async Task MoveAsync(RoleSecrets inside, CancellationToken cancellationToken)
    {
        await using ServerConnection old = await OpenAsync(OldSockets, RoleSecrets.PlatformRole, own.PlatformPassword, cancellationToken);
        await using ServerConnection made = await OpenAsync(
            NewSockets,
            RoleSecrets.PlatformRole,
            inside.PlatformPassword,
            cancellationToken
        );
        // 3
        IReadOnlyList<string?[]> left = await PlatformSession.RowsAsync(old, NotInADump, cancellationToken);
        if (left.Count > 0)
        {
            throw UpgradeFailures.CannotCarry(id, string.Join(", ", left.Select(row => row[0])));
        }
        // 4
        IReadOnlyList<string> byPlatform = await CreateExtensionsAsync(old, made, cancellationToken);
        // 5
        await DumpAndRestoreAsync(byPlatform, inside, cancellationToken);
        await CopyExtensionRowsAsync(old, byPlatform, inside, cancellationToken);
        // 6, 7
        await CopySettingsAsync(old, inside, cancellationToken);
        // 8
        await CompareAsync(old, made, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> CreateExtensionsAsync(
        ServerConnection old,
        ServerConnection made,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyDictionary<string, InstalledExtension> installed = await InstanceExtensions.FindAsync(old, cancellationToken);
        HashSet<string> known = [.. target.Image.Manifest.Extensions.Select(extension => extension.Name)];
        if (installed.Keys.FirstOrDefault(name => !known.Contains(name)) is { } missing)
        {
            throw UpgradeFailures.ImageLacks(id, target.Image.Version, missing);
        }
        List<string> byPlatform = [.. installed.Keys.Where(AllowedExtensions.ByPlatform.Contains)];
        foreach (string name in byPlatform)
        {
            await InstanceExtensions.CreateAsync(made, name, cancellationToken);
        }
        return byPlatform;
    }

    // A dump without an extension is one without the rows that a tenant added to its tables.
    private async Task CopyExtensionRowsAsync(
        ServerConnection old,
        IReadOnlyList<string> byPlatform,
        RoleSecrets inside,
        CancellationToken cancellationToken
    )
    {
        await using ServerConnection tenant = await OpenAsync(NewSockets, RoleSecrets.AppRole, inside.AppPassword, cancellationToken);
        foreach (ExtensionTable table in await ExtensionTable.FindAsync(old, byPlatform, cancellationToken))
        {
            IReadOnlyList<string?[]> rows = await PlatformSession.RowsAsync(old, table.RowsAsStatements(), cancellationToken);
            if (rows.Count > ExtensionTable.RowsMax)
            {
                throw UpgradeFailures.CannotCarry(id, $"more than {ExtensionTable.RowsMax} rows of its own in {table.QuotedName}");
            }
            foreach (string?[] row in rows)
            {
                await tenant.ExecuteSimpleAsync(row[0]!, cancellationToken);
            }
        }
    }

    private async Task DumpAndRestoreAsync(IReadOnlyList<string> byPlatform, RoleSecrets inside, CancellationToken cancellationToken)
    {
        using DumpTool dump = NewTool("pg_dump", from, OldSockets, own);
        using DumpTool restore = NewTool("pg_restore", target.Image, NewSockets, inside);
        HostCommand reading = dump.Command([
            "--format=custom",
            "--compress=none",
            "--no-owner",
            "--no-password",
            .. byPlatform.Select(name => $"--exclude-extension=\"{name}\""),
            DumpTool.Login,
        ]);
        HostCommand writing = restore.Command(["--exit-on-error", "--no-owner", "--no-password", "--dbname=" + DumpTool.Login]);
        HostCommandResult? read = null;
        HostCommandResult written = await HostPipe.WriteAsync(
            writing,
            async input =>
            {
                read = await HostPipe.ReadAsync(reading, input, cancellationToken);
                if (!read.Succeeded)
                {
                    throw UpgradeFailures.Failed(id, "its dump failed: " + FirstError(read));
                }
            },
            cancellationToken
        );
        if (!written.Succeeded)
        {
            throw UpgradeFailures.Failed(id, "its dump could not be restored: " + FirstError(written));
        }
    }

    // A statement that failed follows its error, and may be long.
    private static string FirstError(HostCommandResult result) =>
        result.Errors.Split('\n').FirstOrDefault(line => line.Contains("error:", StringComparison.Ordinal)) ?? result.LastWords;

    private async Task CopySettingsAsync(ServerConnection old, RoleSecrets inside, CancellationToken cancellationToken)
    {
        await using ServerConnection tenant = await OpenAsync(NewSockets, RoleSecrets.AppRole, inside.AppPassword, cancellationToken);
        try
        {
            await tenant.ExecuteSimpleAsync("ANALYZE", cancellationToken);
        }
        catch (PostgresException exception)
        {
            // Expressions of indexes are the tenant's code, and may fail. Autovacuum tries again.
            Log.NotAnalyzed(logger, id, exception);
        }
        foreach (string?[] row in await PlatformSession.RowsAsync(old, Settings, cancellationToken))
        {
            await tenant.ExecuteSimpleAsync(row[0]!, cancellationToken);
        }
    }

    private async Task CompareAsync(ServerConnection old, ServerConnection made, CancellationToken cancellationToken)
    {
        await CompareAsync(old, made, Objects, "objects", cancellationToken);
        foreach (string?[] table in await PlatformSession.RowsAsync(old, Tables, cancellationToken))
        {
            await CompareAsync(old, made, $"SELECT count(*) FROM ONLY {table[0]}", $"rows of {table[0]}", cancellationToken);
        }
    }

    private async Task CompareAsync(
        ServerConnection old,
        ServerConnection made,
        string sql,
        string what,
        CancellationToken cancellationToken
    )
    {
        Task<IReadOnlyList<string?[]>> asked = PlatformSession.RowsAsync(old, sql, cancellationToken);
        string? there = (await PlatformSession.RowsAsync(made, sql, cancellationToken))[0][0];
        string? here = (await asked)[0][0];
        if (here != there)
        {
            throw UpgradeFailures.Failed(id, $"the {what} are not the same: {here} before, {there} after");
        }
    }

    private DumpTool NewTool(string program, PostgresImage image, string sockets, RoleSecrets secrets) =>
        DumpTool.Open(program, image, Path.GetDirectoryName(folder.SocketPathIn(sockets))!, before.Uid, notesPath, secrets.AppPassword);

    private ValueTask<ServerConnection> OpenAsync(string sockets, string role, string password, CancellationToken cancellationToken) =>
        ServerConnection.OpenAsync(
            new ServerLogin(folder.SocketPathIn(sockets), role, password, Database),
            PlatformSession.Options(Purpose),
            cancellationToken
        );

    private async Task<ApartRun> StartAsync(
        PostgresImage image,
        string dataPath,
        string sockets,
        string lockPath,
        string groupSuffix,
        IReadOnlyList<string> settings,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(sockets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (before.Uid is { } uid)
        {
            HostDisk.ChangeOwner(sockets, uid);
        }
        var server = new ApartServer(image.Digest, dataPath, sockets, lockPath, id + groupSuffix, before.Uid, before.SizeNow, settings);
        return new ApartRun(id, await lifecycle.StartApartAsync(id, server, cancellationToken));
    }

    /// <summary>Stopped at the end, in whatever way it comes.</summary>
    private sealed class ApartRun(DatabaseId id, IInstanceRun run) : IAsyncDisposable
    {
        private bool isStopped;

        public async Task StopAsync()
        {
            isStopped = true;
            if (!await run.StopAsync())
            {
                throw WakeFailures.CannotStop(id);
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (!isStopped)
                {
                    await run.StopAsync();
                }
            }
            finally
            {
                run.Dispose();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3553, LogLevel.Information, "{Id} was upgraded without fresh statistics, which autovacuum makes")]
        public static partial void NotAnalyzed(ILogger logger, DatabaseId id, Exception exception);
    }
}
