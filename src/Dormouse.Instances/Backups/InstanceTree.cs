using System.Runtime.InteropServices;
using Dormouse.Instances.Drivers.Native;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Instances.Backups;

/// <summary>
/// A folder of an instance's data directory, opened. The tenant's server writes there and may be anybody's by now, while we may be root: each
/// step goes from one open folder to a name in it and never through a link, so that nothing outside can be read.
/// </summary>
internal sealed class InstanceTree : IDisposable
{
    private readonly DescriptorHandle folder;

    private InstanceTree(DescriptorHandle folder) => this.folder = folder;

    public static InstanceTree Open(string path) => new(new DescriptorHandle(path, Libc.OReadOnly | Libc.ODirectory | Libc.ONoFollow));

    /// <summary>The names in it: folders, and what is none.</summary>
    public (IReadOnlyList<string> Folders, IReadOnlyList<string> Files) List()
    {
        var folders = new List<string>();
        var files = new List<string>();
        // By the open folder, whatever its name leads to by now.
        foreach (FileSystemInfo entry in new DirectoryInfo($"/proc/self/fd/{folder.Fd}").EnumerateFileSystemInfos())
        {
            bool isFolder = entry is DirectoryInfo && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
            (isFolder ? folders : files).Add(entry.Name);
        }
        folders.Sort(StringComparer.Ordinal);
        files.Sort(StringComparer.Ordinal);
        return (folders, files);
    }

    /// <summary>Null if it is gone by now.</summary>
    public InstanceTree? TryOpenFolder(string name) =>
        TryOpen(name, Libc.ODirectory) is { } fd ? new InstanceTree(new DescriptorHandle(fd)) : null;

    /// <summary>Null if it is gone by now: tables are dropped while a backup runs.</summary>
    /// <exception cref="IOException">It is a link, a pipe or whatever else no server of ours makes.</exception>
    public SafeFileHandle? TryOpenFile(string name)
    {
        if (TryOpen(name, Libc.ONonBlocking) is not { } fd)
        {
            return null;
        }
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            // A pipe has no length.
            _ = RandomAccess.GetLength(handle);
            return handle;
        }
        catch (NotSupportedException exception)
        {
            handle.Dispose();
            throw new IOException($"'{name}' is no file", exception);
        }
    }

    /// <summary>What all files in it and below take at this moment.</summary>
    public long SizeBytes()
    {
        (IReadOnlyList<string> folders, IReadOnlyList<string> files) = List();
        long sum = 0;
        foreach (string name in files)
        {
            using SafeFileHandle? file = TryOpenFile(name);
            sum += file is null ? 0 : RandomAccess.GetLength(file);
        }
        foreach (string name in folders)
        {
            using InstanceTree? folder = TryOpenFolder(name);
            sum += folder?.SizeBytes() ?? 0;
        }
        return sum;
    }

    public void Dispose() => folder.Dispose();

    private int? TryOpen(string name, int kind)
    {
        int fd = Libc.OpenAt(folder.Fd, name, Libc.OReadOnly | Libc.OCloseOnExec | Libc.ONoFollow | kind);
        if (fd >= 0)
        {
            return fd;
        }
        return Marshal.GetLastPInvokeError() == Libc.ErrorNoEntry ? null : Libc.Check(fd, $"'{name}'");
    }
}
