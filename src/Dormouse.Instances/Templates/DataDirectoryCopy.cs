using Dormouse.Instances.Host;

namespace Dormouse.Instances.Templates;

/// <summary>
/// Copies a stopped data directory. Each file shares its blocks with the original where the file system can (that is how .NET copies
/// on Linux), else it is copied by the kernel.
/// </summary>
internal static class DataDirectoryCopy
{
    /// <param name="source">The original.</param>
    /// <param name="target">A folder that does not exist yet.</param>
    /// <param name="owner">Who gets all of it; null: who we are.</param>
    public static void Copy(string source, string target, int? owner)
    {
        Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (FileSystemInfo entry in new DirectoryInfo(source).EnumerateFileSystemInfos())
        {
            string copy = Path.Combine(target, entry.Name);
            if (entry is DirectoryInfo)
            {
                Copy(entry.FullName, copy, owner);
                continue;
            }
            File.Copy(entry.FullName, copy);
            if (owner is { } user)
            {
                HostDisk.ChangeOwner(copy, user);
            }
        }
        if (owner is { } folderOwner)
        {
            HostDisk.ChangeOwner(target, folderOwner);
        }
    }
}
