using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// The platform's data folder as instances need it. Two things may be in the way: instances with users of their own cannot walk through
/// a private folder above it (a home folder, root's above all), and sockets' paths are limited to 107 bytes. Then a short way is made:
/// a bind mount below /run where the platform is root, else a symbolic link in the temporary folder, for the sockets only.
/// </summary>
internal sealed class DataFolder
{
    // instances/db_0123456789abcdef/run/.s.PGSQL.5432 and a slash; the kernel takes 107 bytes.
    private const int SocketPathBytesMax = 107;
    private const int InsideBytes = 50;

    private const UnixFileMode Walkable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private DataFolder(string path, string reachPath, string socketsPath, bool isRoot)
    {
        Path = path;
        ReachPath = reachPath;
        SocketsPath = socketsPath;
        IsRoot = isRoot;
    }

    public string Path { get; }

    /// <summary>The same folder by a path that instances' users can walk; often the same path.</summary>
    public string ReachPath { get; }

    /// <summary>The same folder by a path that is short enough for sockets; often the same path.</summary>
    public string SocketsPath { get; }

    /// <summary>As root each instance gets a user of its own.</summary>
    public bool IsRoot { get; }

    public string InstancesPath => System.IO.Path.Combine(Path, "instances");

    /// <summary>Names this folder among those of this host.</summary>
    public string Scope => ScopeOf(Path);

    /// <summary>A path inside the folder by the way that instances' users can walk.</summary>
    public string Reach(string path) => path.StartsWith(Path + "/", StringComparison.Ordinal) ? ReachPath + path[Path.Length..] : path;

    public static DataFolder Open(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        bool isRoot = HostDisk.IsRoot;
        foreach (string folder in (string[])[full, System.IO.Path.Combine(full, "instances"), System.IO.Path.Combine(full, "images")])
        {
            Directory.CreateDirectory(folder);
            if (isRoot)
            {
                // Walkable but not listable by others; what is secret inside has modes of its own.
                File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | Walkable);
            }
        }
        if (isRoot)
        {
            // By a name that it knows an instance's user walks to its own folder; it finds no others.
            string instances = System.IO.Path.Combine(full, "instances");
            File.SetUnixFileMode(instances, File.GetUnixFileMode(instances) & ~(UnixFileMode.GroupRead | UnixFileMode.OtherRead));
        }
        bool tooLong = Encoding.UTF8.GetByteCount(full) + InsideBytes > SocketPathBytesMax;
        string reach = isRoot && (tooLong || !CanOthersWalk(full)) ? Mounted(full) : full;
        return new DataFolder(full, reach, tooLong && !isRoot ? Linked(full) : reach, isRoot);
    }

    /// <summary>Takes the short way away again. Only once no instance is awake: their sockets are reached by it.</summary>
    public void Close()
    {
        if (SocketsPath != ReachPath)
        {
            File.Delete(SocketsPath);
        }
        if (ReachPath != Path && Libc.Unmount(ReachPath, Libc.UnmountDetach) == 0)
        {
            Directory.Delete(ReachPath);
        }
    }

    private static bool CanOthersWalk(string path)
    {
        for (string? folder = System.IO.Path.GetDirectoryName(path); folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (!File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }
        return true;
    }

    private static string Mounted(string path)
    {
        const string Parent = "/run/dormouse";
        Directory.CreateDirectory(Parent);
        File.SetUnixFileMode(Parent, Walkable);
        RemoveStaleMounts(Parent);
        string target = System.IO.Path.Combine(Parent, ScopeOf(path));
        if (Directory.Exists(target) && FileIdentity.Of(target) == FileIdentity.Of(path))
        {
            return target;
        }
        Directory.CreateDirectory(target);
        if (Libc.Mount(path, target, null, Libc.MountBind, 0) != 0)
        {
            throw new DormouseException(
                FailureKind.Host,
                "DM3408",
                $"Instances run as users of their own, who cannot walk to the data folder '{path}', and it could not be mounted at '{target}' "
                    + $"({Marshal.GetLastPInvokeErrorMessage()}). Choose a data folder (--data) below folders that everybody may walk, "
                    + "such as /var/lib/dormouse."
            );
        }
        return target;
    }

    /// <summary>Ways to data folders that somebody deleted.</summary>
    private static void RemoveStaleMounts(string parent)
    {
        foreach (string[] fields in File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).ToList())
        {
            if (
                fields.Length > 4
                && fields[3].EndsWith("//deleted", StringComparison.Ordinal)
                && fields[4].StartsWith(parent + "/", StringComparison.Ordinal)
            )
            {
                if (Libc.Unmount(fields[4], Libc.UnmountDetach) == 0)
                {
                    Directory.Delete(fields[4]);
                }
            }
        }
    }

    private static string Linked(string path)
    {
        string parent = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"dormouse-{HostDisk.EffectiveUser}");
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(parent, Private);
        try
        {
            // Refused unless the folder is ours: anybody may make one of that name in the temporary folder.
            File.SetUnixFileMode(parent, Private);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DormouseException(
                FailureKind.Host,
                "DM3408",
                $"The path of the data folder '{path}' is too long for sockets, and '{parent}', where a shorter way would be made, belongs to "
                    + "somebody else. Choose a data folder with a shorter path (--data).",
                exception
            );
        }
        string link = System.IO.Path.Combine(parent, ScopeOf(path));
        if (new FileInfo(link).LinkTarget != path)
        {
            File.Delete(link);
            File.CreateSymbolicLink(link, path);
        }
        return link;
    }

    private static string ScopeOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 6));
}
