using Dormouse.Contracts;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Templates;
using Dormouse.Postgres;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Instances.Tests.Lifecycle;

/// <summary>A lifecycle on a data folder of its own; at disposal every instance is stopped and the folder removed.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly SecretBox box = new(new Dictionary<uint, byte[]> { [1] = new byte[SecretBox.KeyBytes] });
    private readonly bool ownsFolder;
    private readonly TestImages? images;

    private TestHost(
        TestDataFolder folder,
        InstancesOptions options,
        bool ownsFolder,
        TestImages? images = null,
        TemplateStore? templates = null
    )
    {
        Folder = folder;
        Options = options;
        this.ownsFolder = ownsFolder;
        this.images = images;
        Images = images?.Store ?? new ImageStore(TestImage.Options(), TimeProvider.System);
        Templates = templates ?? images?.Templates ?? TestImage.Templates;
        Lifecycle = new InstanceLifecycle(
            options,
            Images,
            Templates,
            box,
            new DatabaseLoads(),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        Backups = NewBackups();
    }

    public TestDataFolder Folder { get; }

    public InstancesOptions Options { get; }

    public ImageStore Images { get; }

    public TemplateStore Templates { get; }

    public InstanceLifecycle Lifecycle { get; }

    public InstanceBackups Backups { get; }

    /// <summary>With another key, or other bounds.</summary>
    public InstanceBackups NewBackups(SecretBox? otherBox = null, long diskReserveBytes = 0) =>
        new(
            new BackupOptions
            {
                DefaultPlace = Folder.Combine("backups"),
                S3SettingsPath = Folder.Combine("s3.json"),
                NotesPath = Folder.Combine("unfinished"),
                DiskReserveBytes = diskReserveBytes,
            },
            Lifecycle,
            Images,
            otherBox ?? box,
            TimeProvider.System,
            NullLogger<InstanceBackups>.Instance
        );

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="configure">Makes the options for a data folder; the default never puts to sleep by itself.</param>
    /// <param name="prepare">What is done with the data folder before.</param>
    /// <param name="hasTemplates">Whether its templates lie in it, and not where all tests share them.</param>
    /// <param name="images">Images of its own; null: the image that all tests share.</param>
    public static async Task<TestHost> StartAsync(
        Func<string, InstancesOptions>? configure = null,
        Func<string, Task>? prepare = null,
        bool hasTemplates = false,
        TestImages? images = null
    )
    {
        await TestImage.GetTemplateAsync();
        var folder = new TestDataFolder();
        await (prepare?.Invoke(folder.Path) ?? Task.CompletedTask);
        string own = folder.Combine("templates");
        TemplateStore? templates = hasTemplates
            ? new TemplateStore(Directory.CreateDirectory(own).FullName, null, TimeProvider.System)
            : null;
        var host = new TestHost(folder, (configure ?? Awake)(folder.Path), ownsFolder: true, images, templates);
        await host.Lifecycle.StartAsync(Cancellation);
        return host;
    }

    /// <summary>
    /// A second platform on the same data folder. The first lets go of its instances, which writes and ends nothing: on disk and in the
    /// kernel it is as after a kill.
    /// </summary>
    public async Task<TestHost> SucceedAsync()
    {
        await Lifecycle.DisposeAsync();
        var next = new TestHost(Folder, Options, ownsFolder: false, images);
        await next.Lifecycle.StartAsync(Cancellation);
        return next;
    }

    public static InstancesOptions Awake(string path) =>
        new()
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
        };

    public static InstancesOptions BySignals(string path) =>
        new()
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            Resources = ResourceChoice.Signals,
        };

    public async Task<DatabaseId> CreateAsync()
    {
        var id = DatabaseId.New();
        await Lifecycle.CreateAsync(id, Cancellation);
        return id;
    }

    public string PathOf(DatabaseId id, string name) => Folder.Combine("instances", id.ToString(), name);

    public static async Task<ServerConnection> ConnectAsync(InstanceEndpoint endpoint) =>
        await ServerConnection.OpenAsync(
            new ServerLogin(endpoint.SocketPath, endpoint.User, endpoint.Password, endpoint.DatabaseName),
            new ServerConnectionOptions(),
            Cancellation
        );

    /// <summary>Takes a lease, connects, runs SQL and returns the first cell.</summary>
    public async Task<string?> QueryAsync(DatabaseId id, string sql)
    {
        using IInstanceLease lease = await Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection connection = await ConnectAsync(lease.Endpoint);
        return await ScalarAsync(connection, sql);
    }

    public static async Task<string?> ScalarAsync(ServerConnection connection, string sql)
    {
        var rows = new FirstCell();
        await connection.ExecuteSimpleAsync(sql, rows, Cancellation);
        return rows.Text;
    }

    public async ValueTask DisposeAsync()
    {
        await Lifecycle.StopAllAsync(CancellationToken.None);
        await Lifecycle.DisposeAsync();
        if (ownsFolder)
        {
            Folder.Dispose();
        }
    }

    private sealed class FirstCell : IRowReceiver
    {
        public string? Text { get; private set; }

        public void Columns(WireColumn[] columns) { }

        public void Row(ReadOnlySpan<byte> dataRow)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(dataRow);
            Text ??= length < 0 ? null : System.Text.Encoding.UTF8.GetString(dataRow.Slice(4, length));
        }
    }
}
