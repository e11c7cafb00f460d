using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;

namespace Dormouse.Instances.Templates;

/// <summary>
/// The templates of a data folder: makes one per image and clones it. Templates and clones are made under another name, flushed and
/// renamed, so that each is there whole or not at all, also after a power failure. Thread-safe.
/// </summary>
public sealed class TemplateStore(string templatesPath, SecretBox? secretBox, TimeProvider time)
{
    private const string BuildingPrefix = ".building-";

    /// <summary>What a clone is called until it is whole; a folder with this ending was cut short and can go.</summary>
    public const string CloningSuffix = ".cloning";

    /// <summary>initdb takes a second or two, on a busy host a minute.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(5);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The template of an image, made now if it is not there yet.</summary>
    public async Task<InstanceTemplate> EnsureAsync(PostgresImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Find(image) is { } existing)
        {
            return existing;
        }
        string lockPath = Path.Combine(templatesPath, ".lock");
        using FileLock held = await FileLock.AcquireAsync(lockPath, LockTimeout, time, cancellationToken);
        if (Find(image) is null)
        {
            await MakeAsync(image, cancellationToken);
        }
        return Find(image)!;
    }

    /// <summary>
    /// Copies the template to <paramref name="targetDataPath"/>, which must not exist. The target appears whole or not at all. As root
    /// all files become those of <paramref name="ownerUid"/>.
    /// </summary>
    public Task CloneAsync(InstanceTemplate template, string targetDataPath, int? ownerUid, CancellationToken cancellationToken) =>
        CloneAsync(template, targetDataPath, ownerUid, null, cancellationToken);

    /// <summary>As above, and gives the clone passwords of its own where the template's form allows that.</summary>
    /// <returns>Whether it has them; else it has the template's.</returns>
    public Task<bool> CloneAsync(
        InstanceTemplate template,
        string targetDataPath,
        int? ownerUid,
        RoleSecrets? own,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(template);
        if (Path.GetFullPath(targetDataPath).StartsWith(Path.GetFullPath(templatesPath) + "/", StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{targetDataPath}' lies among the templates.", nameof(targetDataPath));
        }
        // Hundreds of small system calls: off the caller's thread, without pretending to be asynchronous.
        return Task.Run(() => Clone(template, targetDataPath, ownerUid, own), cancellationToken);
    }

    private static bool Clone(InstanceTemplate template, string target, int? owner, RoleSecrets? own)
    {
        string cloning = target + CloningSuffix;
        if (Directory.Exists(cloning))
        {
            Directory.Delete(cloning, recursive: true);
        }
        DataDirectoryCopy.Copy(template.DataPath, cloning, owner);
        bool hasOwn = own is not null && PasswordChange.TryMake(cloning, template.Secrets, own);
        HostDisk.FlushFileSystem(cloning);
        Directory.Move(cloning, target);
        HostDisk.Flush(Path.GetDirectoryName(target)!);
        return hasOwn;
    }

    private string PathOf(PostgresImage image) => Path.Combine(templatesPath, $"{image.Digest}-{TemplateRecipe.Version}");

    private InstanceTemplate? Find(PostgresImage image)
    {
        string folder = PathOf(image);
        string secretsPath = Path.Combine(folder, "secrets");
        return File.Exists(secretsPath)
            ? new InstanceTemplate(image.Digest, Path.Combine(folder, "data"), image, ReadSecrets(image.Digest, secretsPath))
            : null;
    }

    /// <summary>
    /// Removes those of earlier recipes and of images that are not <paramref name="isNeeded"/>, each as it is taken; none while another process makes one.
    /// One that is missed later is made again.
    /// </summary>
    internal IEnumerable<string> RemoveUnused(Func<string, bool> isNeeded)
    {
        using FileLock? held = Directory.Exists(templatesPath) ? FileLock.TryAcquire(Path.Combine(templatesPath, ".lock")) : null;
        if (held is null)
        {
            yield break;
        }
        FolderRemoval.Sweep(templatesPath);
        string current = "-" + TemplateRecipe.Version.ToString(CultureInfo.InvariantCulture);
        foreach (string name in Directory.GetDirectories(templatesPath).Select(folder => Path.GetFileName(folder)!))
        {
            bool isOurs = name.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash && name[..dash].All(char.IsAsciiHexDigitLower);
            bool isCurrent = name.EndsWith(current, StringComparison.Ordinal) && isNeeded(name[..^current.Length]);
            if (isOurs && !isCurrent)
            {
                FolderRemoval.Remove(Path.Combine(templatesPath, name));
                yield return name;
            }
        }
    }

    private async Task MakeAsync(PostgresImage image, CancellationToken cancellationToken)
    {
        // The lock is held: what is here was left by an attempt that was cut short.
        foreach (string abandoned in Directory.GetDirectories(templatesPath, BuildingPrefix + "*"))
        {
            Directory.Delete(abandoned, recursive: true);
        }
        string work = Path.Combine(templatesPath, BuildingPrefix + Guid.CreateVersion7().ToString("N"));
        string data = Path.Combine(work, "data");
        int? user = HostUsers.Template;
        Directory.CreateDirectory(data);
        try
        {
            // Others may pass through to the data directory, which PostgreSQL keeps closed itself; nothing else in here is readable.
            File.SetUnixFileMode(
                work,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute
            );
            if (user is { } owner)
            {
                HostDisk.ChangeOwner(data, owner);
            }
            RoleSecrets secrets = RoleSecrets.New();
            await TemplateRecipe.MakeAsync(image, data, work, user, secrets, cancellationToken);
            WriteSecrets(image.Digest, Path.Combine(work, "secrets"), secrets);
            WriteManifest(image, work, data);
            HostDisk.FlushFileSystem(work);
            Directory.Move(work, PathOf(image));
            HostDisk.Flush(templatesPath);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private void WriteManifest(PostgresImage image, string work, string data)
    {
        long size = new DirectoryInfo(data).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        var manifest = new TemplateManifest(1, image.Digest, image.Version, time.GetUtcNow(), size);
        File.WriteAllBytes(Path.Combine(work, "manifest.json"), JsonSerializer.SerializeToUtf8Bytes(manifest, Json));
    }

    private void WriteSecrets(string digest, string path, RoleSecrets secrets)
    {
        byte[] clear = JsonSerializer.SerializeToUtf8Bytes(secrets, Json);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var stream = new FileStream(path, options);
        stream.Write(secretBox is null ? clear : secretBox.Seal(clear, Purpose(digest)));
    }

    private RoleSecrets ReadSecrets(string digest, string path)
    {
        byte[] stored = File.ReadAllBytes(path);
        try
        {
            byte[] clear = secretBox is null ? stored : secretBox.Open(stored, Purpose(digest));
            return JsonSerializer.Deserialize<RoleSecrets>(clear, Json)!;
        }
        catch (Exception failure) when (failure is CryptographicException or JsonException)
        {
            throw new DormouseException(
                FailureKind.Host,
                "DM3011",
                $"The secrets of the template in '{Path.GetDirectoryName(path)}' cannot be opened with the keys of this data folder. "
                    + "Restore the keys, or remove that folder: it is made again, and no database depends on it.",
                failure
            );
        }
    }

    private static byte[] Purpose(string digest) => System.Text.Encoding.UTF8.GetBytes("template " + digest);

    private sealed record TemplateManifest(int Format, string ImageDigest, string PostgresVersion, DateTimeOffset Created, long SizeBytes);
}
