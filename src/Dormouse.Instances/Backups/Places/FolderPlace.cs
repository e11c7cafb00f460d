using Dormouse.Contracts;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Backups.Places;

/// <summary>A folder of this host, one folder for each database in it.</summary>
internal sealed class FolderPlace(string root, UnfinishedFiles unfinished) : IBackupPlace
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Text => root;

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

    public Task<Stream> OpenAsync(string name, bool headOnly, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream>(File.OpenRead(Path.Combine(root, name)));
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

    public Task<IReadOnlyList<(string Name, long SizeBytes)>> ListAsync(DatabaseId? only, CancellationToken cancellationToken)
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
        return Task.FromResult<IReadOnlyList<(string, long)>>(found);
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
