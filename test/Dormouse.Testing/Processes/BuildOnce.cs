namespace Dormouse.Testing.Processes;

/// <summary>
/// Folders that are costly to make and never change afterwards: made once per name, by one process at a time, and whole or not at all.
/// </summary>
public static class BuildOnce
{
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    /// <summary>The folder <paramref name="target"/>; <paramref name="make"/> fills a new one that is then moved there.</summary>
    public static async Task<string> FolderAsync(string target, Func<string, Task> make, CancellationToken cancellationToken)
    {
        if (Directory.Exists(target))
        {
            return target;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using FileStream held = await LockAsync(target + ".lock", cancellationToken);
        if (Directory.Exists(target))
        {
            return target;
        }
        string unfinished = target + ".unfinished";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }
        Directory.CreateDirectory(unfinished);
        await make(unfinished);
        Directory.Move(unfinished, target);
        return target;
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        DateTimeOffset deadline = TimeProvider.System.GetUtcNow() + Wait;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetUtcNow() < deadline)
            {
                await Task.Delay(Step, TimeProvider.System, cancellationToken);
            }
        }
    }
}
