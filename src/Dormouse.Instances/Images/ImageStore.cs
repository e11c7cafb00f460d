using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Upgrades;

namespace Dormouse.Instances.Images;

/// <summary>
/// The images of one folder: finds those that are there and makes the default one. An image is built in a folder beside the others,
/// flushed, and renamed to its digest, so it is there whole or not at all; a lock keeps two processes from making it twice. Thread-safe.
/// </summary>
public sealed class ImageStore
{
    private readonly ImageOptions options;
    private readonly TimeProvider time;
    private readonly NewestImages newest;

    public ImageStore(ImageOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.time = time;
        newest = new NewestImages(options.ImagesPath, List);
    }

    private const int ManifestFormat = 1;
    private const string BuildingPrefix = ".building-";

    /// <summary>Longer than any download that is worth waiting for.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(15);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The image that new instances get, made now if it is not there yet. Reports progress in lines for a person.</summary>
    public async Task<PostgresImage> EnsureDefaultAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (FindDefault() is { } existing)
        {
            return existing;
        }
        string lockPath = Path.Combine(options.ImagesPath, ".lock");
        using FileLock held = await FileLock.AcquireAsync(lockPath, LockTimeout, time, cancellationToken);
        return FindDefault() ?? await MakeAsync(options, progress, cancellationToken);
    }

    /// <summary>Makes the default image again from the newest parts; what is unchanged gives the image that is there already.</summary>
    public async Task<PostgresImage> PullAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        string lockPath = Path.Combine(options.ImagesPath, ".lock");
        using FileLock held = await FileLock.AcquireAsync(lockPath, LockTimeout, time, cancellationToken);
        return await MakeAsync(options, progress, cancellationToken);
    }

    /// <summary>The newest image with all tools of one major version, made now if there is none.</summary>
    /// <exception cref="DormouseException">DM3550: no suite has that version. Others: the packages cannot be had.</exception>
    public async Task<PostgresImage> EnsureMajorAsync(int major, IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (FindMajor(major) is { } existing)
        {
            return existing;
        }
        if (!options.SuitesByMajor.TryGetValue(major, out string? suite))
        {
            throw UpgradeFailures.NoSuchMajor(major, options.SuitesByMajor.Keys);
        }
        string lockPath = Path.Combine(options.ImagesPath, ".lock");
        using FileLock held = await FileLock.AcquireAsync(lockPath, LockTimeout, time, cancellationToken);
        return FindMajor(major) ?? await MakeAsync(options.OfSuite(suite), progress, cancellationToken);
    }

    /// <summary>The newest image of a major version, whatever its tools; null if there is none.</summary>
    internal PostgresImage? FindNewestOf(int major) => List().FirstOrDefault(image => image.MajorVersion == major);

    private PostgresImage? FindMajor(int major) =>
        List().FirstOrDefault(image => image.MajorVersion == major && image.Manifest.Tools.Contains("pg_dump"));

    /// <summary>The image that an instance should run on from its next cold start on; null: the one that it has.</summary>
    public PostgresImage? FindNewer(PostgresImage current)
    {
        ArgumentNullException.ThrowIfNull(current);
        return newest.FindAfter(current);
    }

    public PostgresImage? Find(string digest)
    {
        ArgumentException.ThrowIfNullOrEmpty(digest);
        if (digest.Any(letter => !char.IsAsciiHexDigitLower(letter)))
        {
            return null;
        }
        string folder = Path.Combine(options.ImagesPath, digest);
        string manifestPath = Path.Combine(folder, "manifest.json");
        if (!File.Exists(manifestPath))
        {
            return null;
        }
        ImageManifest manifest = JsonSerializer.Deserialize<ImageManifest>(File.ReadAllBytes(manifestPath), Json)!;
        return new PostgresImage(
            digest,
            Path.Combine(folder, "root"),
            manifest.PostgresVersion,
            int.Parse(manifest.PostgresVersion.Split('.')[0], CultureInfo.InvariantCulture),
            manifest.BinPath,
            manifest
        );
    }

    /// <summary>All images, the newest first.</summary>
    public IReadOnlyList<PostgresImage> List() =>
        Directory.Exists(options.ImagesPath)
            ? new DirectoryInfo(options.ImagesPath)
                .EnumerateDirectories()
                .Select(folder => Find(folder.Name))
                .OfType<PostgresImage>()
                .OrderByDescending(image => image.Manifest.Created)
                .ToList()
            : [];

    /// <summary>The image that new instances get; null if there is none yet.</summary>
    /// <remarks>Once the fallback was made it stays the default until somebody pulls: an `up` without network must not wait for one.</remarks>
    public PostgresImage? FindDefault() =>
        List()
            .Where(image => options.Source is null || image.Manifest.Source == options.Source)
            .Where(image => image.Manifest.Source != ImageSource.Debian || image.Manifest.Suite == options.Suite)
            .MinBy(image => image.Manifest.Source);

    /// <summary>
    /// Those that are no database's, that no database takes next, and that are neither the default nor the newest of their major version: backups lie
    /// anywhere, and need one of theirs.
    /// </summary>
    public IReadOnlyList<PostgresImage> FindUnused(ImageUses uses)
    {
        ArgumentNullException.ThrowIfNull(uses);
        // Behind a link they are somebody else's too.
        if (Directory.ResolveLinkTarget(options.ImagesPath, returnFinalTarget: true) is not null)
        {
            return [];
        }
        IReadOnlyList<PostgresImage> all = List();
        List<PostgresImage> named = all.Where(image => uses.Named.Contains(image.Digest)).ToList();
        List<int> majors = all.Select(image => image.MajorVersion).Distinct().ToList();
        HashSet<string> kept = named
            .Concat(named.Select(FindNewer).OfType<PostgresImage>())
            .Concat(majors.Select(FindNewestOf).Concat(majors.Select(FindMajor)).OfType<PostgresImage>())
            .Append(FindDefault())
            .OfType<PostgresImage>()
            .Select(image => image.Digest)
            .ToHashSet();
        return all.Where(image => !kept.Contains(image.Digest)).ToList();
    }

    /// <summary>Removes those of <see cref="FindUnused"/>, each as it is taken; none while another process makes an image.</summary>
    internal IEnumerable<PostgresImage> RemoveUnused(ImageUses uses)
    {
        using FileLock? held = Directory.Exists(options.ImagesPath) ? FileLock.TryAcquire(Path.Combine(options.ImagesPath, ".lock")) : null;
        if (held is null)
        {
            yield break;
        }
        FolderRemoval.Sweep(options.ImagesPath);
        foreach (PostgresImage image in FindUnused(uses))
        {
            FolderRemoval.Remove(Path.Combine(options.ImagesPath, image.Digest));
            yield return image;
        }
    }

    private async Task<PostgresImage> MakeAsync(ImageOptions made, IProgress<string> progress, CancellationToken cancellationToken)
    {
        // The lock is held: what is here was left by a build that was cut short.
        foreach (string abandoned in Directory.GetDirectories(options.ImagesPath, BuildingPrefix + "*"))
        {
            Directory.Delete(abandoned, recursive: true);
        }
        string work = Path.Combine(options.ImagesPath, BuildingPrefix + Guid.CreateVersion7().ToString("N"));
        // apt's state and the downloads are one writer's at a time, and other data folders may share them.
        string cacheLockPath = Path.Combine(options.CachePath, ".lock");
        using FileLock cacheHeld = await FileLock.AcquireAsync(cacheLockPath, LockTimeout, time, cancellationToken);
        try
        {
            (ImageParts parts, string? note) = await BuildAsync(made, work, progress, cancellationToken);
            return await PublishAsync(work, parts, note, cancellationToken);
        }
        finally
        {
            DeleteIfThere(work);
        }
    }

    private static async Task<(ImageParts Parts, string? Note)> BuildAsync(
        ImageOptions made,
        string work,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        if (made.Source == ImageSource.Npm)
        {
            return (await NpmRecipe.BuildAsync(made, work, progress, cancellationToken), null);
        }
        try
        {
            return (await DebianRecipe.BuildAsync(made, work, progress, cancellationToken), null);
        }
        catch (DormouseException failure) when (failure.Kind == FailureKind.Host && made.Source is null)
        {
            progress.Report($"Debian's packages cannot be had: {failure.Message} Falling back to the npm build.");
            DeleteIfThere(work);
            try
            {
                string note = $"Fallback, because Debian's packages could not be had: {failure.Message}";
                return (await NpmRecipe.BuildAsync(made, work, progress, cancellationToken), note);
            }
            catch (DormouseException second) when (second.Kind == FailureKind.Host)
            {
                throw new DormouseException(
                    FailureKind.Host,
                    "DM3008",
                    $"No PostgreSQL image can be made. From Debian: {failure.Message} From npm: {second.Message}",
                    second
                );
            }
        }
    }

    private async Task<PostgresImage> PublishAsync(string work, ImageParts parts, string? note, CancellationToken cancellationToken)
    {
        (string digest, long size) = await ImageDigest.ComputeAsync(work, cancellationToken);
        string folder = Path.Combine(options.ImagesPath, digest);
        if (Find(digest) is { } same)
        {
            return same;
        }
        string root = Path.Combine(work, "root");
        var manifest = new ImageManifest(
            ManifestFormat,
            parts.Source,
            parts.Suite,
            parts.PostgresVersion,
            parts.BinPath,
            time.GetUtcNow(),
            parts.Packages,
            Directory.GetFiles(root + parts.BinPath).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).ToList(),
            ExtensionCatalog.Read(root + parts.SharePath + "/extension"),
            size,
            note
        );
        string manifestPath = Path.Combine(work, "manifest.json");
        await File.WriteAllBytesAsync(manifestPath, JsonSerializer.SerializeToUtf8Bytes(manifest, Json), cancellationToken);
        File.SetUnixFileMode(manifestPath, RootBuilder.FileMode);
        File.SetUnixFileMode(work, RootBuilder.ProgramMode);
        // A folder that has its final name must have its content too, also after a power failure.
        HostDisk.FlushFileSystem(work);
        Directory.Move(work, folder);
        HostDisk.FlushFileSystem(options.ImagesPath);
        return Find(digest)!;
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
