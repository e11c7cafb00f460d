using Dormouse.Contracts;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Backups.Places;

/// <summary>A folder of this host, one folder for each database in it.</summary>
internal sealed class FolderPlace(string root, UnfinishedFiles unfinished)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>As a person names it.</summary>
    public string Text => root;

    /// <summary>Keeps what <paramref name="write"/> writes under a name, once that has returned: it is there whole or not at all.</summary>
    /// <returns>How many bytes it takes.</returns>
    public async Task<long> WriteAsync(string name, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        string final = Path.Combine(root, name);
        string path = final + UnfinishedFiles.Suffix;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(final)!, OwnerOnly);
            using IDisposable note = unfinished.Note(path);
            try
            {
                long length = await WriteFileAsync(path, write);
                cancellationToken.ThrowIfCancellationRequested();
                File.Move(path, final);
                HostDisk.Flush(Path.GetDirectoryName(final)!);
                return length;
            }
            finally
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BackupFailures.OfDisk(root, exception);
        }
    }

    /// <exception cref="DormouseException">DM3500: there is none of that name.</exception>
    public Stream Open(string name)
    {
        try
        {
            return File.OpenRead(Path.Combine(root, name));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw BackupFailures.NoSuchBackup(name, root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BackupFailures.PlaceFailed(root, exception);
        }
    }

    /// <summary>Names and sizes of what is there, in no order.</summary>
    public IReadOnlyList<(string Name, long SizeBytes)> List(DatabaseId? only)
    {
        var found = new List<(string, long)>();
        try
        {
            IEnumerable<string> folders = Directory.Exists(root) ? Directory.EnumerateDirectories(root, only?.ToString() ?? "db_*") : [];
            foreach (FileInfo file in folders.SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles("*" + BackupName.Ending)))
            {
                string name = $"{file.Directory!.Name}/{file.Name}";
                if (BackupName.IsValid(name))
                {
                    found.Add((name, file.Length));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BackupFailures.PlaceFailed(root, exception);
        }
        return found;
    }

    private static async Task<long> WriteFileAsync(string path, Func<Stream, Task> write)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        };
        await using var file = new FileStream(path, options);
        await write(file);
        file.Flush(flushToDisk: true);
        return file.Length;
    }
}
