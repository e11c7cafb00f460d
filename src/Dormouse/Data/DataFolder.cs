using System.Globalization;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Instances.Images;

namespace Dormouse.Data;

/// <summary>
/// The one folder in which a platform keeps everything. Its name is passed to instances' sandboxes, so it is always a full path without
/// symbolic parts of the current folder.
/// </summary>
internal sealed class DataFolder
{
    public const string DefaultName = ".dormouse";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Instances run as other users and reach their own folders through this one; nobody can list it.
    private const UnixFileMode PassThrough = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private DataFolder(string path) => Path = path;

    public string Path { get; }

    public string Images => In("images");
    public string Templates => In("templates");
    public string Instances => In("instances");
    public string Cache => In("cache");

    /// <summary>The development CA and its certificate.</summary>
    public string Tls => In("tls");

    public string Logs => In("logs");
    public string LogFile => System.IO.Path.Combine(Logs, "platform.log");
    private string Keys => In("keys");
    private string LockFile => In("platform.lock");
    private string RecordFile => In("platform.json");
    private string AdminTokenFile => In("admin.token");

    /// <summary>The folder that was named, or the nearest one above that is there already, or a new one here.</summary>
    public static DataFolder Resolve(string? named)
    {
        if (named is not null)
        {
            return new DataFolder(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(named)));
        }
        string here = Directory.GetCurrentDirectory();
        for (string? folder = here; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            string candidate = System.IO.Path.Combine(folder, DefaultName);
            if (Directory.Exists(candidate))
            {
                return new DataFolder(candidate);
            }
        }
        return new DataFolder(System.IO.Path.Combine(here, DefaultName));
    }

    public bool Exists => Directory.Exists(Path);

    /// <summary>Makes the folder and takes it for this process alone. Dispose the result to give it back; the end of the process does too.</summary>
    public IDisposable CreateAndLock()
    {
        Create(Path, PassThrough);
        Create(Keys, OwnerOnly);
        Create(Logs, OwnerOnly);
        Create(Cache, PassThrough);
        Create(Tls, PassThrough);
        return Lock();
    }

    /// <summary>Takes a folder that is there for this process alone.</summary>
    /// <exception cref="DormouseException">DM1013: a platform runs on it.</exception>
    public IDisposable Lock() => TryLock() ?? throw InUse();

    /// <summary>Null while a platform runs on the folder.</summary>
    public IDisposable? TryLock()
    {
        try
        {
            // FileShare.None is an advisory flock on Linux: it ends with the process, however that ends. Whoever can open the file can
            // take it, so nobody else can.
            return new FileStream(
                LockFile,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }
        catch (IOException exception) when (exception is not DirectoryNotFoundException)
        {
            return null;
        }
    }

    public PlatformRecord? ReadRecord()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(RecordFile), DataJson.Default.PlatformRecord);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void WriteRecord(PlatformRecord record) =>
        SecretFile.Write(RecordFile, JsonSerializer.Serialize(record, DataJson.Default.PlatformRecord));

    public void RemoveRecord() => File.Delete(RecordFile);

    /// <summary>The token that the management endpoint asks for, made at the first call.</summary>
    public string AdminToken() => Convert.ToHexStringLower(SecretFile.LoadOrCreate(AdminTokenFile));

    /// <summary>The token that opens <c>/metrics</c> and nothing else, made at the first call.</summary>
    public string MetricsToken() => Convert.ToHexStringLower(SecretFile.LoadOrCreate(In("metrics.token")));

    /// <summary>The server-side key of the look-up hashes of API keys.</summary>
    public byte[] Pepper() => SecretFile.LoadOrCreate(System.IO.Path.Combine(Keys, "lookup.pepper"));

    public ImageOptions ImageOptions() => new() { ImagesPath = Images, CachePath = Cache };

    public ImageStore ImageStore() => new(ImageOptions(), TimeProvider.System);

    /// <summary>The key-encryption keys, <c>1.key</c> and so on; the first is made at the first call.</summary>
    public SecretBox SecretBox()
    {
        var keys = new Dictionary<uint, byte[]>();
        foreach (string file in Directory.EnumerateFiles(Keys, "*.key"))
        {
            if (uint.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture, out uint id))
            {
                keys[id] = SecretFile.Load(file);
            }
        }
        if (keys.Count == 0)
        {
            keys[1] = SecretFile.LoadOrCreate(System.IO.Path.Combine(Keys, "1.key"));
        }
        return new SecretBox(keys);
    }

    private static void Create(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path, mode);
        // An existing folder, or one that the umask narrowed.
        if (File.GetUnixFileMode(path) != mode)
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private DormouseException InUse()
    {
        PlatformRecord? record = ReadRecord();
        string who =
            record is { } && record.IsAlive() ? $"process {record.Pid} at {record.Http}" : "another process, which is starting or stopping";
        return new DormouseException(
            FailureKind.Conflict,
            "DM1013",
            $"A platform runs on the data folder '{Path}' already: {who}. Stop it with './dormouse down', or use another folder with --data "
                + "and another port with --http."
        );
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
