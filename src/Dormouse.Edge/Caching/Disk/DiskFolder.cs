using System.Security.Cryptography;
using Dormouse.Contracts;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>The tier's folder: one process has it, nobody else can look into it, and its state says whether it can be relied on.</summary>
internal sealed class DiskFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string SegmentSuffix = ".answers";
    private const int KeyBytes = 32;

    private readonly DiskCacheOptions options;
    private readonly FileStream taken;
    private byte[]? key;
    private DiskState? state;

    private DiskFolder(DiskCacheOptions options, FileStream taken)
    {
        this.options = options;
        this.taken = taken;
    }

    public string Path => options.Folder;

    public byte[] Key => key ?? throw new InvalidOperationException("The folder was not opened.");

    /// <summary>The files as they were closed, by their paths below the folder; null: the process before was killed, and there is no telling.</summary>
    public IReadOnlyDictionary<string, long>? ClosedFiles { get; private set; }

    /// <summary>Whether what was written has gone through the same run of the machine as what is written now.</summary>
    public bool IsOfThisBoot { get; private set; }

    private byte[] Bound => DiskState.BoundTo(options.Owner, File.GetCreationTimeUtc(taken.Name));

    /// <exception cref="DormouseException">Another process has it, or it cannot be made.</exception>
    public static DiskFolder Take(DiskCacheOptions options)
    {
        try
        {
            Directory.CreateDirectory(options.Folder, OwnerOnly);
            File.SetUnixFileMode(options.Folder, OwnerOnly);
            // An advisory lock, which ends with the process, however that ends. Never written: its birth is the folder's mark.
            var taken = new FileStream(
                System.IO.Path.Combine(options.Folder, "lock"),
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
            return new DiskFolder(options, taken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw EdgeFailures.DiskCacheFolder(options.Folder, failure);
        }
    }

    /// <summary>Goes on with what an earlier process has left, if that is sure to be all of it.</summary>
    public bool TryResume(SecretBox secrets)
    {
        DiskState? left = DiskState.Read(Path);
        string boot = options.BootId();
        if (left is null || left.Open(Bound, secrets) is not { } opened)
        {
            return false;
        }
        IsOfThisBoot = left.Boot == boot;
        if (!IsOfThisBoot && !left.Closed)
        {
            return false;
        }
        key = opened;
        ClosedFiles = left.Closed ? left.Files ?? new Dictionary<string, long>() : null;
        state = left with { Boot = boot, Closed = false, Files = null };
        state.Write(Path);
        return true;
    }

    /// <summary>Begins with nothing, under a new key: what is left of an old one opens nothing any more.</summary>
    public void Begin(SecretBox secrets)
    {
        DiskState.Delete(Path);
        DeleteFiles();
        IsOfThisBoot = true;
        key = RandomNumberGenerator.GetBytes(KeyBytes);
        state = DiskState.New(key, Bound, options.BootId(), secrets);
        state.Write(Path);
    }

    /// <summary>All that was written is on the disk.</summary>
    public void MarkClosed(IEnumerable<Segment> segments) =>
        (
            state! with
            {
                Closed = true,
                Files = segments.ToDictionary(segment => System.IO.Path.GetRelativePath(Path, segment.Path), segment => segment.Length),
            }
        ).Write(Path);

    /// <summary>Whether a file is what it was when it was closed, if it was.</summary>
    public bool IsAsClosed(string file) =>
        ClosedFiles is null
        || (
            ClosedFiles.TryGetValue(System.IO.Path.GetRelativePath(Path, file), out long length)
            && File.Exists(file)
            && new FileInfo(file).Length == length
        );

    /// <summary>Deletes all there is, the state first.</summary>
    /// <returns>False where something may be left that would be taken for good.</returns>
    public bool TryEmpty()
    {
        try
        {
            DiskState.Delete(Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        try
        {
            DeleteFiles();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without the state nobody reads them.
        }
        return true;
    }

    public string FolderOf(DatabaseId database) => System.IO.Path.Combine(Path, database.ToString());

    /// <summary>
    /// Databases that have files, or had some when these were closed, and the files in the order in which they were written.
    /// </summary>
    public IEnumerable<(DatabaseId Database, IReadOnlyList<(int Number, string Path)> Segments)> List()
    {
        string[] closed = [.. (ClosedFiles?.Keys ?? []).Select(file => System.IO.Path.Combine(Path, file))];
        foreach (string folder in Directory.EnumerateDirectories(Path))
        {
            if (DatabaseId.TryParse(System.IO.Path.GetFileName(folder), out DatabaseId database))
            {
                IEnumerable<string> missing = closed.Where(file => System.IO.Path.GetDirectoryName(file) == folder);
                IEnumerable<(int, string)> segments =
                    from file in Directory.EnumerateFiles(folder, "*" + SegmentSuffix).Union(missing)
                    let name = System.IO.Path.GetFileNameWithoutExtension(file)
                    where int.TryParse(name, out int _)
                    let number = int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)
                    orderby number
                    select (number, file);
                yield return (database, [.. segments]);
            }
        }
    }

    public Segment NewSegment(DiskTenant tenant)
    {
        Directory.CreateDirectory(tenant.Folder, OwnerOnly);
        tenant.LastNumber++;
        string name = tenant.LastNumber.ToString("d8", System.Globalization.CultureInfo.InvariantCulture) + SegmentSuffix;
        return Segment.Create(System.IO.Path.Combine(tenant.Folder, name), Key, tenant.Database);
    }

    /// <summary>Removes the folder of a database that has no files any more.</summary>
    public static void Remove(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    public void Dispose() => taken.Dispose();

    // Only what the tier makes: the folder may be one that somebody named by mistake.
    private void DeleteFiles()
    {
        File.Delete(DiskRevision.PathIn(Path));
        foreach ((DatabaseId database, IReadOnlyList<(int Number, string Path)> segments) in List())
        {
            foreach ((_, string path) in segments)
            {
                File.Delete(path);
            }
            Remove(FolderOf(database));
        }
    }
}
