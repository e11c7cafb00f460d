using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.Sockets;
using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Backups.Format;
using Dormouse.Instances.Backups.Places;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Backups;

/// <summary>
/// Backups and what comes out of them. A backup is a header in clear and, in encrypted frames, a compressed tar archive of the data
/// directory. Few run at once; each holds its database awake. Thread-safe.
/// </summary>
public sealed partial class InstanceBackups : IBackups, IDisposable
{
    private readonly BackupOptions options;
    private readonly InstanceLifecycle lifecycle;
    private readonly ImageStore images;
    private readonly SecretBox box;
    private readonly TimeProvider time;
    private readonly ILogger<InstanceBackups> logger;
    private readonly BoundedGate gate;

    // Asked of nobody but the store that the operator named; it has no redirects to elsewhere.
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly UnfinishedFiles unfinished;
    private readonly ConcurrentDictionary<DatabaseId, bool> replacing = new();

    public InstanceBackups(
        BackupOptions options,
        InstanceLifecycle lifecycle,
        ImageStore images,
        SecretBox box,
        TimeProvider time,
        ILogger<InstanceBackups> logger
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.lifecycle = lifecycle;
        this.images = images;
        this.box = box;
        this.time = time;
        this.logger = logger;
        gate = new BoundedGate(options.AtOnceMax, options.WaitingMax, BackupFailures.TooManyAtOnce);
        unfinished = new UnfinishedFiles(options.NotesPath);
    }

    /// <summary>At the start of the platform: removes the files that an earlier one did not finish.</summary>
    public void RemoveUnfinished()
    {
        foreach (string path in unfinished.RemoveAll())
        {
            Log.Removed(logger, path);
        }
    }

    public async Task<BackupResource> TakeAsync(DatabaseId id, string name, string? place, CancellationToken cancellationToken)
    {
        IBackupPlace to = PlaceOf(place);
        using IDisposable turn = await gate.EnterAsync(cancellationToken);
        long began = time.GetTimestamp();
        using IInstanceLease lease = await lifecycle.LeaseAsync(id, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Endpoint.Stopped);
        try
        {
            RoleSecrets secrets = lifecycle.OpenSecrets(id);
            var inside = new BackupSecrets(RandomNumberGenerator.GetBytes(Frames.KeyBytes), secrets.PlatformPassword, secrets.AppPassword);
            BackupHeader header = NewHeader(id, name, inside);
            string backup = BackupName.Of(id, header.Timeline, header.TakenAt);
            long size = await to.WriteAsync(backup, file => WriteAsync(file, header, inside, id, secrets, limit.Token), limit.Token);
            Log.Taken(logger, id, backup, size, time.GetElapsedTime(began).TotalMilliseconds);
            return Resource(backup, to.Text, header, size);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw BackupFailures.CannotRead(id, "it was stopped meanwhile", exception);
        }
    }

    public async Task<IReadOnlyList<BackupResource>> ListAsync(string? place, DatabaseId? only, CancellationToken cancellationToken)
    {
        IBackupPlace from = PlaceOf(place);
        var found = new List<BackupResource>();
        foreach ((string name, long size) in await from.ListAsync(only, cancellationToken))
        {
            try
            {
                await using Stream file = await from.OpenAsync(name, headOnly: true, cancellationToken);
                found.Add(Resource(name, from.Text, (await BackupHeader.ReadAsync(file, name, cancellationToken)).Header, size));
            }
            catch (DormouseException exception)
            {
                // One that is damaged or was removed a moment ago must not hide the others.
                Log.Unreadable(logger, name, exception.Message);
            }
        }
        return [.. found.OrderBy(backup => backup.TakenAt).ThenBy(backup => backup.Name, StringComparer.Ordinal)];
    }

    public async Task CreateFromAsync(DatabaseId id, BackupSource source, ClassRange range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        using IDisposable turn = await gate.EnterAsync(cancellationToken);
        long began = time.GetTimestamp();
        await using OpenedBackup backup = await OpenAsync(source, cancellationToken);
        await lifecycle.CreateAsync(id, await SeedAsync(backup, cancellationToken), range, cancellationToken);
        Log.Restored(logger, id, source.Name, time.GetElapsedTime(began).TotalMilliseconds);
    }

    public async Task ReplaceFromAsync(DatabaseId id, BackupSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!replacing.TryAdd(id, true))
        {
            throw BackupFailures.IsBeingReplaced(id);
        }
        try
        {
            using IDisposable turn = await gate.EnterAsync(cancellationToken);
            long began = time.GetTimestamp();
            await using OpenedBackup backup = await OpenAsync(source, cancellationToken);
            await lifecycle.ReplaceDataAsync(id, await SeedAsync(backup, cancellationToken), cancellationToken);
            Log.Restored(logger, id, source.Name, time.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (DormouseException exception) when (exception.Kind == FailureKind.ComputeAsleep)
        {
            throw BackupFailures.DoesNotStart(id, exception.Message, exception);
        }
        finally
        {
            replacing.TryRemove(id, out _);
        }
    }

    public async Task CloneAsync(DatabaseId source, DatabaseId target, ClassRange range, CancellationToken cancellationToken)
    {
        using IDisposable turn = await gate.EnterAsync(cancellationToken);
        long began = time.GetTimestamp();
        using IInstanceLease lease = await lifecycle.LeaseAsync(source, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Endpoint.Stopped);
        try
        {
            RoleSecrets secrets = lifecycle.OpenSecrets(source);
            var seed = new InstanceSeed(ImageOf(source), secrets, (path, token) => CopyAsync(source, secrets, path, token));
            await lifecycle.CreateAsync(target, seed, range, limit.Token);
            Log.Cloned(logger, source, target, time.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw BackupFailures.CannotRead(source, "it was stopped meanwhile", exception);
        }
    }

    public void Dispose()
    {
        gate.Dispose();
        http.Dispose();
    }

    private BackupHeader NewHeader(DatabaseId id, string name, BackupSecrets inside)
    {
        InstanceRecord record = lifecycle.RecordOf(id);
        PostgresImage image = ImageOf(id);
        return new BackupHeader(
            BackupHeader.CurrentFormat,
            id.ToString(),
            name,
            record.Timeline,
            time.GetUtcNow(),
            image.Version,
            image.Digest,
            BackupHeader.ThisArchitecture,
            SizeOf(id),
            inside.Seal(box, id.ToString())
        );
    }

    private PostgresImage ImageOf(DatabaseId id)
    {
        string digest = lifecycle.RecordOf(id).ImageDigest;
        return images.Find(digest) ?? throw WakeFailures.ImageMissing(id, digest);
    }

    private long SizeOf(DatabaseId id)
    {
        try
        {
            using InstanceTree data = InstanceTree.Open(lifecycle.FolderOf(id).DataPath);
            return data.SizeBytes();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BackupFailures.CannotRead(id, exception.Message, exception);
        }
    }

    private async Task WriteAsync(
        Stream file,
        BackupHeader header,
        BackupSecrets inside,
        DatabaseId id,
        RoleSecrets secrets,
        CancellationToken cancellationToken
    )
    {
        byte[] head = header.ToBytes();
        await file.WriteAsync(head, cancellationToken);
        await using var frames = new FrameWriter(file, inside.Key, head[^BackupHeader.HashBytes..]);
        await using (var compressed = new BrotliStream(frames, CompressionLevel.Fastest, leaveOpen: true))
        {
            await using var archive = new ArchiveTarget(compressed);
            await RunningCopy.CopyAsync(id, lifecycle.FolderOf(id), secrets, archive, cancellationToken);
        }
        await frames.CompleteAsync(cancellationToken);
    }

    private async Task<OpenedBackup> OpenAsync(BackupSource source, CancellationToken cancellationToken)
    {
        IBackupPlace from = PlaceOf(source.Place);
        if (!BackupName.IsValid(source.Name))
        {
            throw BackupFailures.NoSuchBackup(source.Name, from.Text);
        }
        Stream file = await from.OpenAsync(source.Name, headOnly: false, cancellationToken);
        try
        {
            (BackupHeader header, byte[] hash) = await BackupHeader.ReadAsync(file, source.Name, cancellationToken);
            return new OpenedBackup(source.Name, file, header, hash, Unseal(source, header));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private BackupSecrets Unseal(BackupSource source, BackupHeader header)
    {
        try
        {
            return BackupSecrets.Open(source.Key is { } key ? BoxOf(key, header) : box, header);
        }
        catch (CryptographicException exception)
        {
            throw BackupFailures.OtherKey(source.Name, exception);
        }
    }

    /// <summary>A key file does not say which number its key had; the seal does.</summary>
    private static SecretBox BoxOf(ReadOnlyMemory<byte> key, BackupHeader header) =>
        key.Length == SecretBox.KeyBytes
            ? new SecretBox(new Dictionary<uint, byte[]> { [SecretBox.KeyIdOf(header.SealedSecrets)] = key.ToArray() })
            : throw BackupFailures.BadKey();

    private async Task<InstanceSeed> SeedAsync(OpenedBackup backup, CancellationToken cancellationToken)
    {
        PostgresImage image = await ImageForAsync(backup, cancellationToken);
        var secrets = new RoleSecrets(backup.Secrets.PlatformPassword, backup.Secrets.AppPassword);
        return new InstanceSeed(image, secrets, (path, token) => ExtractAsync(backup, path, token));
    }

    private async Task<PostgresImage> ImageForAsync(OpenedBackup backup, CancellationToken cancellationToken)
    {
        BackupHeader header = backup.Header;
        PostgresImage image = images.Find(header.ImageDigest) ?? await images.EnsureDefaultAsync(new Progress<string>(), cancellationToken);
        if (image.MajorVersion != header.MajorVersion)
        {
            // Its own has gone, and the default is of another major version: any of its major version opens the data.
            image = images.FindNewestOf(header.MajorVersion) ?? image;
        }
        return image.MajorVersion == header.MajorVersion && header.Architecture == BackupHeader.ThisArchitecture
            ? image
            : throw BackupFailures.OtherServer(
                backup.Name,
                $"PostgreSQL {header.MajorVersion} on {header.Architecture}",
                $"PostgreSQL {image.MajorVersion} on {BackupHeader.ThisArchitecture}"
            );
    }

    private async Task ExtractAsync(OpenedBackup backup, string path, CancellationToken cancellationToken)
    {
        string parent = Path.GetDirectoryName(path)!;
        RefuseUnlessRoom(parent, backup.Header.DataBytes);
        await using var frames = new FrameReader(backup.File, backup.Secrets.Key, backup.HeaderHash, backup.Name);
        await using var archive = new BrotliStream(frames, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            await ArchiveTarget.ExtractAsync(archive, new FolderTarget(path), cancellationToken);
            // To the last frame: only that proves that nothing is missing.
            await archive.CopyToAsync(Stream.Null, cancellationToken);
            await frames.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or InvalidOperationException or FormatException or EndOfStreamException)
        {
            throw BackupFailures.Damaged(backup.Name, exception);
        }
        catch (IOException exception) when (exception is HttpIOException || exception.InnerException is SocketException)
        {
            throw BackupFailures.StoreFailed(backup.Name, "the connection broke off", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BackupFailures.OfDisk(parent, exception);
        }
    }

    private async Task CopyAsync(DatabaseId source, RoleSecrets secrets, string path, CancellationToken cancellationToken)
    {
        string parent = Path.GetDirectoryName(path)!;
        RefuseUnlessRoom(parent, SizeOf(source));
        try
        {
            await RunningCopy.CopyAsync(source, lifecycle.FolderOf(source), secrets, new FolderTarget(path), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BackupFailures.OfDisk(parent, exception);
        }
    }

    private void RefuseUnlessRoom(string path, long dataBytes)
    {
        long free = new DriveInfo(path).AvailableFreeSpace;
        if (free < dataBytes + options.DiskReserveBytes)
        {
            throw BackupFailures.TooLittleDisk(path, dataBytes + options.DiskReserveBytes, free);
        }
    }

    private IBackupPlace PlaceOf(string? place)
    {
        if (place is not null && place.StartsWith(S3Place.Scheme, StringComparison.Ordinal))
        {
            return new S3Place(place, new S3Client(http, S3Settings.Read(options.S3SettingsPath), time), time);
        }
        return place is null || Path.IsPathFullyQualified(place)
            ? new FolderPlace(Path.TrimEndingDirectorySeparator(Path.GetFullPath(place ?? options.DefaultPlace)), unfinished)
            : throw BackupFailures.RelativePlace(place);
    }

    private static BackupResource Resource(string name, string place, BackupHeader header, long size) =>
        new(
            name,
            place,
            header.Database,
            header.DatabaseName,
            header.Timeline,
            header.TakenAt,
            header.PostgresVersion,
            size,
            header.DataBytes
        );

    /// <summary>A backup whose key was found; nothing of it but the header was read.</summary>
    private sealed record OpenedBackup(string Name, Stream File, BackupHeader Header, byte[] HeaderHash, BackupSecrets Secrets)
        : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => File.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(3500, LogLevel.Information, "{Id} backed up as {Backup}: {Bytes} bytes, {Milliseconds:0} ms")]
        public static partial void Taken(ILogger logger, DatabaseId id, string backup, long bytes, double milliseconds);

        [LoggerMessage(3501, LogLevel.Information, "{Id} restored from {Backup}, {Milliseconds:0} ms")]
        public static partial void Restored(ILogger logger, DatabaseId id, string backup, double milliseconds);

        [LoggerMessage(3504, LogLevel.Information, "{Id} cloned as {Target}, {Milliseconds:0} ms")]
        public static partial void Cloned(ILogger logger, DatabaseId id, DatabaseId target, double milliseconds);

        [LoggerMessage(3502, LogLevel.Warning, "{Path} was being written when the platform ended; it is removed")]
        public static partial void Removed(ILogger logger, string path);

        [LoggerMessage(3503, LogLevel.Warning, "the backup {Name} is left out of the list: {Reason}")]
        public static partial void Unreadable(ILogger logger, string name, string reason);
    }
}
