using Dormouse.Contracts;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Postgres;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Dumps;

/// <summary>
/// Runs <c>pg_dump</c>, <c>pg_restore</c> and <c>psql</c> of the database's own image in a sandbox without network or shell, as the instance's own
/// user, with nothing of the host but the instance's socket. They log in as the tenant's role, never as the platform's: a database may be
/// made to run code in whoever dumps it, and a dump is code. Few run at once. Thread-safe.
/// </summary>
public sealed partial class InstanceDumps : IDumps, IDisposable
{
    // What extensions brought does not count.
    private const string FirstObject = """
        WITH things AS (
            SELECT 'pg_class'::regclass AS catalog, c.oid, n.nspname || '.' || c.relname AS name
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            UNION ALL
            SELECT 'pg_proc'::regclass, p.oid, n.nspname || '.' || p.proname || '()'
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            UNION ALL
            SELECT 'pg_type'::regclass, t.oid, n.nspname || '.' || t.typname
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype IN ('e', 'd', 'r') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            UNION ALL
            SELECT 'pg_largeobject_metadata'::regclass, l.oid, 'large object ' || l.oid FROM pg_largeobject_metadata l
        )
        SELECT name, count(*) OVER () FROM things
        WHERE NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = things.catalog AND d.objid = things.oid AND d.deptype = 'e'
        )
        ORDER BY name LIMIT 1
        """;

    private readonly BackupOptions options;
    private readonly InstanceLifecycle lifecycle;
    private readonly ImageStore images;
    private readonly ILogger<InstanceDumps> logger;
    private readonly BoundedGate gate;

    public InstanceDumps(BackupOptions options, InstanceLifecycle lifecycle, ImageStore images, ILogger<InstanceDumps> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.lifecycle = lifecycle;
        this.images = images;
        this.logger = logger;
        gate = new BoundedGate(options.AtOnceMax, options.WaitingMax, BackupFailures.TooManyAtOnce);
    }

    public async Task ExportAsync(DatabaseId id, DumpFormat format, Stream output, CancellationToken cancellationToken)
    {
        using IDisposable turn = await gate.EnterAsync(cancellationToken);
        using IInstanceLease lease = await lifecycle.LeaseAsync(id, cancellationToken);
        string form = format == DumpFormat.Plain ? "--format=plain" : "--format=custom";
        using DumpTool tool = NewTool("pg_dump", id, lease.Endpoint);
        // Roles and their rights are of this instance; wherever the dump goes, its objects belong to who restores it.
        HostCommand command = tool.Command([form, "--no-owner", "--no-privileges", "--no-password", DumpTool.Login]);
        HostCommandResult result = await HostPipe.ReadAsync(command, output, cancellationToken);
        if (!result.Succeeded)
        {
            throw DumpFailures.ExportFailed(id, result.LastWords.TrimEnd('.'));
        }
        Log.Exported(logger, id);
    }

    public async Task ImportAsync(DatabaseId id, Stream dump, bool mayHoldObjects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dump);
        using IDisposable turn = await gate.EnterAsync(cancellationToken);
        using IInstanceLease lease = await lifecycle.LeaseAsync(id, cancellationToken);
        if (!mayHoldObjects)
        {
            await RefuseUnlessEmptyAsync(id, lease.Endpoint, cancellationToken);
        }
        var head = new byte[DumpForms.HeadBytes];
        int length = await dump.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        HostCommandResult result =
            DumpForms.Of(head.AsSpan(0, length)) == DumpForm.Archive
                ? await ImportArchiveAsync(id, lease.Endpoint, head.AsMemory(0, length), dump, cancellationToken)
                : await ImportPlainAsync(id, lease.Endpoint, head.AsMemory(0, length), dump, cancellationToken);
        if (!result.Succeeded)
        {
            throw DumpFailures.ImportFailed(id, result.LastWords.TrimEnd('.'));
        }
        Log.Imported(logger, id);
    }

    public void Dispose() => gate.Dispose();

    private async Task<HostCommandResult> ImportArchiveAsync(
        DatabaseId id,
        InstanceEndpoint endpoint,
        ReadOnlyMemory<byte> head,
        Stream dump,
        CancellationToken cancellationToken
    )
    {
        using DumpTool tool = NewTool("pg_restore", id, endpoint);
        HostCommand command = tool.Command([
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--no-password",
            "--dbname=" + DumpTool.Login,
        ]);
        return await HostPipe.WriteAsync(
            command,
            async input =>
            {
                await input.WriteAsync(head, cancellationToken);
                await dump.CopyToAsync(input, cancellationToken);
            },
            cancellationToken
        );
    }

    private async Task<HostCommandResult> ImportPlainAsync(
        DatabaseId id,
        InstanceEndpoint endpoint,
        ReadOnlyMemory<byte> head,
        Stream dump,
        CancellationToken cancellationToken
    )
    {
        using DumpTool tool = NewTool("psql", id, endpoint);
        HostCommand command = tool.Command([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
            "--no-password",
            "--file=-",
            DumpTool.Login,
        ]);
        var script = new PlainScript(dump);
        return await HostPipe.WriteAsync(command, input => script.WriteAsync(head, input, cancellationToken), cancellationToken);
    }

    private static async Task RefuseUnlessEmptyAsync(DatabaseId id, InstanceEndpoint endpoint, CancellationToken cancellationToken)
    {
        var login = new ServerLogin(endpoint.SocketPath, endpoint.User, endpoint.Password, endpoint.DatabaseName);
        var connectionOptions = new ServerConnectionOptions
        {
            ApplicationName = "dormouse import",
            StatementCharsMax = 0,
            Settings = [new("search_path", "pg_catalog")],
        };
        var rows = new TextRows();
        try
        {
            await using ServerConnection connection = await ServerConnection.OpenAsync(login, connectionOptions, cancellationToken);
            await connection.ExecuteSimpleAsync(FirstObject, rows, cancellationToken);
        }
        catch (Exception exception) when (exception is PostgresException or ServerConnectionException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw BackupFailures.CannotRead(id, exception.Message, exception);
        }
        if (rows.Rows is [[{ } first, { } count]])
        {
            throw DumpFailures.NotEmpty(id, first, count);
        }
    }

    private DumpTool NewTool(string program, DatabaseId id, InstanceEndpoint endpoint)
    {
        InstanceRecord record = lifecycle.RecordOf(id);
        PostgresImage image = images.Find(record.ImageDigest) ?? throw WakeFailures.ImageMissing(id, record.ImageDigest);
        string socketFolder = Path.GetDirectoryName(endpoint.SocketPath)!;
        return DumpTool.Open(program, image, socketFolder, record.Uid, options.NotesPath, endpoint.Password);
    }

    private static partial class Log
    {
        [LoggerMessage(3510, LogLevel.Information, "{Id} exported")]
        public static partial void Exported(ILogger logger, DatabaseId id);

        [LoggerMessage(3511, LogLevel.Information, "a dump was imported into {Id}")]
        public static partial void Imported(ILogger logger, DatabaseId id);
    }
}
