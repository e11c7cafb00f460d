using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Instances.Disk;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Drivers.Process;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sizes;
using Dormouse.Instances.Templates;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// The steps of an instance's life as a sandboxed process on this host: creating its folder, starting, deleting. Keeps no state of any instance;
/// called by each instance's one writer.
/// </summary>
internal sealed class InstanceStarter(
    InstancesOptions options,
    DataFolder data,
    ImageStore images,
    TemplateStore templates,
    SpareClones spares,
    InstanceSecrets secrets,
    ProcessDriver driver,
    ResourceGroups groups,
    Func<DatabaseId, DiskGate> gateOf,
    DiskHold hold,
    TimeProvider time
) : IInstanceDriver
{
    private const string DatabaseInside = "postgres";

    private readonly ConcurrentDictionary<string, PostgresImage> knownImages = new();
    private readonly ClassTable classes = new(options);

    // Of the last database that was made from one.
    private volatile InstanceTemplate? lastTemplate;

    public FreeProcessors FreeProcessors { get; } = new(options.Yielding.FreeProcessors);

    public ResourceReport Resources => groups.Report with { FreeProcessors = FreeProcessors.Count };

    public InstanceFolder FolderOf(DatabaseId id) => InstanceFolder.Of(data, id);

    public ResourceGroup OpenGroup(DatabaseId id, InstanceSize size) => groups.Open(id.ToString(), classes.LimitsOf(size));

    /// <summary>
    /// Makes folder, record and data directory, from the template unless there is a seed. A folder without data is what a cut-short call
    /// left, and is made anew.
    /// </summary>
    public async Task<InstanceRecord> CreateAsync(
        DatabaseId id,
        Func<int?> takeUid,
        InstanceSeed? seed,
        CancellationToken cancellationToken
    )
    {
        InstanceFolder folder = FolderOf(id);
        InstanceTemplate? template = seed is null ? await TemplateAsync(cancellationToken) : null;
        PostgresImage image = template?.Image ?? seed!.Image;
        InstanceRecord? begun = InstanceRecord.TryRead(folder.RecordPath);
        SpareClone? spare = begun is null && template is not null ? spares.TryTake(template, id) : null;
        InstanceRecord record =
            begun
            ?? InstanceRecord.New(id, image.Digest, spare is null ? takeUid() : spare.Uid, time.GetUtcNow()) with
            {
                PostgresVersion = image.Version,
            };
        Directory.CreateDirectory(folder.Path);
        string socketFolder = Path.Combine(folder.Path, "run");
        Directory.CreateDirectory(socketFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (record.Uid is { } uid)
        {
            // The instance's group may walk through the folder and read nothing in it.
            Libc.Check(Libc.Chown(folder.Path, 0, (uint)uid), $"chown of {folder.Path}");
            Libc.Check(Libc.Chown(socketFolder, (uint)uid, (uint)uid), $"chown of {socketFolder}");
        }
        File.SetUnixFileMode(
            folder.Path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute
        );
        // The folder is flushed once, when the data is in it: what is there of it after a crash before is finished or made anew.
        record.Write(folder.RecordPath, flushFolder: false);
        bool hasOwnSecrets = false;
        if (!folder.HasData && template is not null)
        {
            hasOwnSecrets = await PlaceCloneAsync(id, folder, record.Uid, template, spare, cancellationToken);
        }
        else if (!folder.HasData)
        {
            secrets.KeepOrigin(id, folder, seed!.Secrets);
            await FillAsync(folder, record.Uid, seed, cancellationToken);
            Directory.Move(folder.RestoringPath, folder.DataPath);
            HostDisk.Flush(folder.Path);
        }
        lastTemplate = template ?? lastTemplate;
        // On disk it says so after the first start: cut short before, that tries both passwords.
        return hasOwnSecrets ? record with { SecretsSet = true } : record;
    }

    /// <summary>Makes clones for the next databases. After a creation, which has the cores for itself.</summary>
    public void RefillSpares()
    {
        if (lastTemplate is { } template)
        {
            spares.Refill(template);
        }
    }

    /// <summary>Returns whether the instance has the passwords that were noted for it.</summary>
    private async Task<bool> PlaceCloneAsync(
        DatabaseId id,
        InstanceFolder folder,
        int? uid,
        InstanceTemplate template,
        SpareClone? spare,
        CancellationToken cancellationToken
    )
    {
        RoleSecrets own = spare?.Secrets ?? RoleSecrets.New();
        // Before the data that knows them: no crash may leave passwords that nobody has.
        secrets.Keep(id, folder, own);
        if (spare is null)
        {
            return await templates.CloneAsync(template, folder.DataPath, uid, own, cancellationToken);
        }
        Directory.Move(spare.DataPath, folder.DataPath);
        HostDisk.Flush(folder.Path);
        return spare.Secrets is not null;
    }

    /// <summary>Makes <c>data.restoring</c> from a seed, flushed to disk, or leaves nothing of it.</summary>
    public static async Task FillAsync(InstanceFolder folder, int? owner, InstanceSeed seed, CancellationToken cancellationToken)
    {
        DataSwap.RemoveRestoring(folder);
        try
        {
            await seed.FillAsync(folder.RestoringPath, cancellationToken);
            if (owner is { } user)
            {
                GiveAll(folder.RestoringPath, user);
            }
            HostDisk.FlushFileSystem(folder.RestoringPath);
        }
        catch
        {
            DataSwap.RemoveRestoring(folder);
            throw;
        }
    }

    public void SwapIn(DatabaseId id, RoleSecrets origin)
    {
        InstanceFolder folder = FolderOf(id);
        secrets.KeepOrigin(id, folder, origin);
        DataSwap.SwapIn(folder);
    }

    public void UndoSwap(DatabaseId id) => DataSwap.Undo(FolderOf(id));

    public void FinishSwap(DatabaseId id) => DataSwap.Finish(FolderOf(id));

    public void WriteRecord(DatabaseId id, InstanceRecord record) => record.Write(FolderOf(id).RecordPath);

    public void TrimLog(DatabaseId id) => BoundedLog.Trim(FolderOf(id).LogPath);

    public IInstanceRun NewRun(InstanceProcess process, ResourceGroup group) =>
        new SandboxedRun(driver, process, group, classes, FreeProcessors);

    private static void GiveAll(string path, int user)
    {
        HostDisk.ChangeOwner(path, user);
        foreach (string entry in Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories))
        {
            HostDisk.ChangeOwner(entry, user);
        }
    }

    public InstanceRecord ChooseImage(DatabaseId id, InstanceRecord record)
    {
        PostgresImage own = FindImage(id, record.ImageDigest);
        // The first start needs the passwords of the template that belongs to the image.
        PostgresImage next = record.SecretsSet ? images.FindNewer(own) ?? own : own;
        return record with { ImageDigest = next.Digest, PostgresVersion = next.Version };
    }

    public async Task<StartedInstance> StartAsync(DatabaseId id, InstanceRecord record, CancellationToken cancellationToken)
    {
        InstanceFolder folder = FolderOf(id);
        PostgresImage image = FindImage(id, record.ImageDigest);
        RoleSecrets? own = record.SecretsSet ? secrets.Open(id, folder) : null;
        ResourceGroup group = OpenGroup(id, record.SizeNow);
        InstanceProcess process = await LaunchAsync(id, record, folder, image, group, cancellationToken);
        try
        {
            own ??= await SetSecretsAsync(id, folder, image, cancellationToken);
            hold.Hold(HeldUser(id, record), options.Disk.LimitOf(record.SizeNow.Most));
            return new StartedInstance(NewRun(process, group), own);
        }
        catch (Exception exception)
        {
            await driver.StopAsync(process, group);
            process.Dispose();
            group.Remove();
            throw exception is DormouseException
                ? exception
                : WakeFailures.StartFailed(id, "its roles could not be given secrets.", exception);
        }
    }

    /// <summary>Who is held to a limit of disk. Without room for the platform's own database nobody could be served.</summary>
    private static int? HeldUser(DatabaseId id, InstanceRecord record) => id == DatabaseId.System ? null : record.Uid;

    private async Task<RoleSecrets> SetSecretsAsync(
        DatabaseId id,
        InstanceFolder folder,
        PostgresImage image,
        CancellationToken cancellationToken
    )
    {
        RoleSecrets inside = secrets.FindOrigin(id, folder) ?? (await templates.EnsureAsync(image, cancellationToken)).Secrets;
        RoleSecrets own = await secrets.SetAsync(id, folder, inside, cancellationToken);
        InstanceSecrets.ForgetOrigin(folder);
        return own;
    }

    public Generation NewGeneration(DatabaseId id, long number, RoleSecrets own, InstanceClass started)
    {
        ClassSettings settings = ClassTable.SettingsOf(started);
        var stopped = new CancellationTokenSource();
        var endpoint = new InstanceEndpoint(
            id,
            number,
            FolderOf(id).SocketPath,
            RoleSecrets.AppRole,
            own.AppPassword,
            DatabaseInside,
            settings.EdgeConnectionsMax,
            stopped.Token
        )
        {
            Scale = settings.Scale,
            Disk = gateOf(id),
        };
        return new Generation(endpoint, stopped, time);
    }

    public RoleSecrets OpenSecrets(DatabaseId id) => secrets.Open(id, FolderOf(id));

    public void Delete(DatabaseId id)
    {
        InstanceFolder folder = FolderOf(id);
        string path = folder.Path;
        if (Directory.Exists(path))
        {
            hold.Forget(InstanceRecord.TryRead(folder.RecordPath)?.Uid);
            // Renamed first, so that a deletion cut short is seen as such and never as an instance that lost some files.
            string doomed = Path.Combine(data.InstancesPath, DeletedPrefix + id);
            if (Directory.Exists(doomed))
            {
                Directory.Delete(doomed, recursive: true);
            }
            Directory.Move(path, doomed);
            Directory.Delete(doomed, recursive: true);
        }
    }

    public const string DeletedPrefix = ".deleted-";

    private async Task<InstanceProcess> LaunchAsync(
        DatabaseId id,
        InstanceRecord record,
        InstanceFolder folder,
        PostgresImage image,
        ResourceGroup group,
        CancellationToken cancellationToken
    )
    {
        var sandbox = new Sandbox(
            data.Reach(image.RootPath),
            image.BinPath + "/postgres",
            folder.ReachDataPath,
            folder.SocketFolder,
            record.Uid,
            PostgresSettings.Arguments(image.MajorVersion, ClassTable.SettingsOf(record.SizeNow.Started))
        );
        try
        {
            hold.BeforeStart(folder, HeldUser(id, record));
            var order = new StartOrder(sandbox, folder.LockPath, folder.LogPath);
            bool isFromElsewhere = File.Exists(folder.OriginSecretPath);
            TimeSpan timeout = isFromElsewhere ? options.FirstStartTimeout : options.StartTimeout;
            return await driver.StartAsync(order, group, timeout, cancellationToken);
        }
        catch (Exception exception) when (exception is StartFailedException or IOException or UnauthorizedAccessException)
        {
            group.Remove();
            string reason = exception.Message.TrimEnd('.') + ".";
            throw WakeFailures.StartFailed(id, reason, exception);
        }
    }

    /// <summary>Starts a server beside the instance's life: only the caller knows its socket. It is stopped and disposed by the caller.</summary>
    public async Task<IInstanceRun> StartApartAsync(DatabaseId id, ApartServer server, CancellationToken cancellationToken)
    {
        PostgresImage image = FindImage(id, server.ImageDigest);
        InstanceFolder folder = FolderOf(id);
        var sandbox = new Sandbox(
            data.Reach(image.RootPath),
            image.BinPath + "/postgres",
            data.Reach(server.DataPath),
            data.Reach(server.SocketFolder),
            server.Uid,
            [
                .. PostgresSettings.Arguments(image.MajorVersion, ClassTable.SettingsOf(server.Size.Now)),
                .. server.Settings.SelectMany(setting => (string[])["-c", setting]),
            ]
        );
        ResourceGroup group = groups.Open(server.GroupName, classes.LimitsOf(server.Size));
        try
        {
            var order = new StartOrder(sandbox, server.LockPath, folder.LogPath);
            InstanceProcess process = await driver.StartAsync(order, group, options.FirstStartTimeout, cancellationToken);
            return NewRun(process, group);
        }
        catch (Exception exception) when (exception is StartFailedException or IOException or UnauthorizedAccessException)
        {
            group.Remove();
            throw WakeFailures.StartFailed(id, exception.Message.TrimEnd('.') + ".", exception);
        }
    }

    private PostgresImage FindImage(DatabaseId id, string digest)
    {
        if (!knownImages.TryGetValue(digest, out PostgresImage? image))
        {
            image = images.Find(digest) ?? throw WakeFailures.ImageMissing(id, digest);
            foreach (string mountPoint in SandboxCommand.MountPoints)
            {
                Directory.CreateDirectory(image.RootPath + mountPoint);
            }
            knownImages[digest] = image;
        }
        // Looked up anew each time: somebody may have moved it away.
        return File.Exists(image.HostPathOf("postgres")) ? image : throw WakeFailures.ImageMissing(id, digest);
    }

    private async Task<InstanceTemplate> TemplateAsync(CancellationToken cancellationToken)
    {
        PostgresImage image = await images.EnsureDefaultAsync(new Progress<string>(), cancellationToken);
        return await templates.EnsureAsync(image, cancellationToken);
    }
}
