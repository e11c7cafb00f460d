using System.Text;
using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Postgres;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Instances.Backups;

/// <summary>
/// Copies the data directory of a running instance by PostgreSQL's own backup mode, while it is used:
/// 1. a session of the platform's role, with a slot that keeps the log from here on; 2. <c>pg_backup_start</c>, which makes a checkpoint;
/// 3. all files but those that a new server makes for itself, the control file last; 4. <c>pg_backup_stop</c>; 5. the log between both;
/// 6. the label, by which the server that starts on the copy knows where to begin. Everything that was acknowledged before 4 is in it.
/// Slot and backup mode end with the session, whatever becomes of us.
/// </summary>
internal sealed class RunningCopy
{
    private const string DatabaseInside = "postgres";
    private const string ControlFile = "global/pg_control";
    private const int ControlFileReadsMax = 20;
    private const int LogNameLength = 24;

    // The server on the copy fills these itself (documentation of PostgreSQL, "Backing Up The Data Directory").
    private static readonly HashSet<string> EmptyFolders =
    [
        "pg_dynshmem",
        "pg_notify",
        "pg_replslot",
        "pg_serial",
        "pg_snapshots",
        "pg_stat_tmp",
        "pg_subtrans",
        "pg_wal",
    ];

    private static readonly HashSet<string> LeftOutFiles =
    [
        "backup_label",
        "backup_label.old",
        "backup_manifest",
        "postmaster.opts",
        "postmaster.pid",
        "tablespace_map",
        "tablespace_map.old",
    ];

    private readonly DatabaseId id;
    private readonly string dataPath;
    private readonly ICopyTarget target;

    private RunningCopy(DatabaseId id, string dataPath, ICopyTarget target)
    {
        this.id = id;
        this.dataPath = dataPath;
        this.target = target;
    }

    /// <summary>The instance must be kept awake by the caller.</summary>
    /// <exception cref="DormouseException">DM3509: PostgreSQL refused or went away, or there is in the folder what does not belong there.</exception>
    public static async Task CopyAsync(
        DatabaseId id,
        InstanceFolder folder,
        RoleSecrets secrets,
        ICopyTarget target,
        CancellationToken cancellationToken
    )
    {
        var copy = new RunningCopy(id, folder.DataPath, target);
        try
        {
            await using ServerConnection session = await OpenAsync(folder.SocketPath, secrets, cancellationToken);
            string firstLog = await StartAsync(session, cancellationToken);
            await copy.CopyFilesAsync(cancellationToken);
            (string label, string lastLog) = await StopAsync(session, cancellationToken);
            await copy.CopyLogAsync(firstLog, lastLog, cancellationToken);
            await target.AddBytesAsync("backup_label", Encoding.UTF8.GetBytes(label), cancellationToken);
        }
        catch (Exception exception) when (exception is PostgresException or ServerConnectionException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw BackupFailures.CannotRead(id, exception.Message, exception);
        }
    }

    // The database is the tenant's, and with it what "ALTER DATABASE … SET" gives to every session: names lead to PostgreSQL's own functions
    // only because they are written in full, and what could end the session or change its role is set anew.
    private static async Task<ServerConnection> OpenAsync(string socketPath, RoleSecrets secrets, CancellationToken cancellationToken)
    {
        var options = new ServerConnectionOptions
        {
            ApplicationName = "dormouse backup",
            StatementCharsMax = 0,
            Settings =
            [
                new("search_path", "pg_catalog"),
                new("role", "none"),
                new("statement_timeout", "0"),
                new("lock_timeout", "0"),
                new("idle_session_timeout", "0"),
            ],
        };
        var login = new ServerLogin(socketPath, RoleSecrets.PlatformRole, secrets.PlatformPassword, DatabaseInside);
        return await ServerConnection.OpenAsync(login, options, cancellationToken);
    }

    private static async Task<string> StartAsync(ServerConnection session, CancellationToken cancellationToken)
    {
        string slot = "dormouse_backup_" + Guid.CreateVersion7().ToString("N");
        string?[] row = await RowAsync(
            session,
            $"SELECT pg_catalog.pg_create_physical_replication_slot('{slot}', true, true); "
                + "SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_backup_start('dormouse', true))",
            cancellationToken
        );
        return row[0]!;
    }

    private static async Task<(string Label, string LastLog)> StopAsync(ServerConnection session, CancellationToken cancellationToken)
    {
        string?[] row = await RowAsync(
            session,
            "SELECT labelfile, pg_catalog.pg_walfile_name(lsn) FROM pg_catalog.pg_backup_stop(false)",
            cancellationToken
        );
        return (row[0]!, row[1]!);
    }

    private static async Task<string?[]> RowAsync(ServerConnection session, string sql, CancellationToken cancellationToken)
    {
        var rows = new TextRows();
        await session.ExecuteSimpleAsync(sql, rows, cancellationToken);
        return rows.Rows[^1];
    }

    private async Task CopyFilesAsync(CancellationToken cancellationToken)
    {
        using InstanceTree root = InstanceTree.Open(dataPath);
        await CopyFolderAsync(root, "", cancellationToken);
        await CopyControlFileAsync(root, cancellationToken);
    }

    private async Task CopyFolderAsync(InstanceTree tree, string prefix, CancellationToken cancellationToken)
    {
        (IReadOnlyList<string> folders, IReadOnlyList<string> files) = tree.List();
        foreach (string name in files.Where(name => !IsLeftOut(prefix, name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using SafeFileHandle? file = Opened(prefix + name, () => tree.TryOpenFile(name));
            if (file is not null)
            {
                await target.AddFileAsync(prefix + name, file, cancellationToken);
            }
        }
        foreach (string name in folders.Where(name => !IsTemporary(name)))
        {
            using InstanceTree? folder = Opened(prefix + name, () => tree.TryOpenFolder(name));
            if (folder is null)
            {
                continue;
            }
            await target.AddFolderAsync(prefix + name, cancellationToken);
            if (prefix.Length > 0 || !EmptyFolders.Contains(name))
            {
                await CopyFolderAsync(folder, $"{prefix}{name}/", cancellationToken);
            }
        }
    }

    private static bool IsLeftOut(string prefix, string name) =>
        IsTemporary(name)
        || name == "pg_internal.init"
        || prefix + name == ControlFile
        || (prefix.Length == 0 && LeftOutFiles.Contains(name));

    private static bool IsTemporary(string name) => name.StartsWith("pgsql_tmp", StringComparison.Ordinal);

    /// <summary>
    /// It is written in one piece, but the kernel does not promise that it is read so: two reads in a row that are equal are whole.
    /// </summary>
    private async Task CopyControlFileAsync(InstanceTree root, CancellationToken cancellationToken)
    {
        byte[] seen = [];
        for (int reads = 0; reads < ControlFileReadsMax; reads++)
        {
            byte[] read = ReadControlFile(root);
            if (read.Length > 0 && read.AsSpan().SequenceEqual(seen))
            {
                await target.AddBytesAsync(ControlFile, read, cancellationToken);
                return;
            }
            seen = read;
        }
        throw BackupFailures.CannotRead(id, "its control file changes faster than it can be read", null);
    }

    private static byte[] ReadControlFile(InstanceTree root)
    {
        using InstanceTree? folder = root.TryOpenFolder("global");
        using SafeFileHandle? file = folder?.TryOpenFile("pg_control");
        if (file is null)
        {
            return [];
        }
        // PostgreSQL's is 8 KiB.
        var content = new byte[64 * 1024];
        return content[..RandomAccess.Read(file, content, 0)];
    }

    private async Task CopyLogAsync(string first, string last, CancellationToken cancellationToken)
    {
        using InstanceTree root = InstanceTree.Open(dataPath);
        using InstanceTree log =
            Opened("pg_wal", () => root.TryOpenFolder("pg_wal")) ?? throw BackupFailures.CannotRead(id, "its log is gone", null);
        await target.AddFolderAsync("pg_wal/archive_status", cancellationToken);
        await target.AddFolderAsync("pg_wal/summaries", cancellationToken);
        bool sawFirst = false;
        foreach (string name in log.List().Files.Where(name => name.Length == LogNameLength && IsBetween(name, first, last)))
        {
            using SafeFileHandle? file = Opened("pg_wal/" + name, () => log.TryOpenFile(name));
            if (file is null)
            {
                throw BackupFailures.CannotRead(id, $"the log file {name} is gone", null);
            }
            await target.AddFileAsync("pg_wal/" + name, file, cancellationToken);
            sawFirst |= name == first;
        }
        if (!sawFirst)
        {
            throw BackupFailures.CannotRead(id, $"the log file {first} is gone", null);
        }
    }

    private static bool IsBetween(string name, string first, string last) =>
        string.CompareOrdinal(name, first) >= 0 && string.CompareOrdinal(name, last) <= 0;

    // What cannot be opened in the instance's own folder is told apart from a target that cannot be written.
    private T? Opened<T>(string path, Func<T?> open)
        where T : class
    {
        try
        {
            return open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BackupFailures.CannotRead(id, $"'{path}' cannot be opened: {exception.Message}", exception);
        }
    }
}
