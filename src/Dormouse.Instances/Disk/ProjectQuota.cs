using System.Runtime.InteropServices;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Disk;

/// <summary>
/// What ext4 and XFS call a project: files with one number, whose blocks the kernel counts together and refuses beyond a limit, whoever writes. A new
/// file has its folder's number. Only for root, and where the file system is mounted with <c>prjquota</c>.
/// </summary>
internal sealed unsafe class ProjectQuota
{
    // linux/quota.h and linux/dqblk_xfs.h. A command carries the kind of the quota in its lowest byte.
    private const uint ProjectKind = 2;
    private const uint SetLimits = (0x800008u << 8) | ProjectKind;
    private const uint ReadLimits = (0x800007u << 8) | ProjectKind;
    private const uint ReadState = (0x5805 << 8) | ProjectKind;

    // struct fs_quota_stat: a version, then the flags. All of it has 80 bytes.
    private const int StateBytes = 128;
    private const int StateFlagsOffset = 2;
    private const ushort ProjectsAreLimited = 1 << 5;

    private const uint LimitsAreGiven = 1 | 4;
    private const int LimitUnitBytes = 1024;

    // linux/fs.h, the same on x64 and arm64.
    private const nuint ReadAttributes = 0x801c581f;
    private const nuint WriteAttributes = 0x401c5820;
    private const uint NewFilesInherit = 0x200;

    private readonly string folder;

    private ProjectQuota(string folder) => this.folder = folder;

    /// <param name="folder">Where the databases lie.</param>
    /// <returns>Null where its file system has none, does not hold anybody to it, or we may not say who is held.</returns>
    public static ProjectQuota? TryFind(string folder)
    {
        using DescriptorHandle opened = OpenFolder(folder);
        return HostDisk.IsRoot && IsHeld(opened) ? new ProjectQuota(folder) : null;
    }

    /// <summary>From now on, also for what is there; zero for no limit.</summary>
    /// <param name="project">Whose.</param>
    /// <param name="bytes">Of blocks on the disk.</param>
    /// <param name="files">Files and folders.</param>
    /// <exception cref="IOException">The file system refuses, or holds nobody to a limit any more.</exception>
    public void Limit(uint project, long bytes, long files)
    {
        var limits = new QuotaBlock
        {
            BlocksHard = (ulong)(bytes / LimitUnitBytes),
            FilesHard = (ulong)files,
            Given = LimitsAreGiven,
        };
        using DescriptorHandle opened = OpenFolder(folder);
        if (!IsHeld(opened))
        {
            // ext4 takes a limit all the same.
            throw new IOException("Its quotas of projects are off.");
        }
        Libc.Check(Libc.Quota(opened.Fd, SetLimits, project, &limits), $"a limit of disk for project {project}");
    }

    /// <summary>Bytes of its blocks, and how many it may have; zero for no limit.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public (long Used, long Limit) Read(uint project)
    {
        var limits = default(QuotaBlock);
        using DescriptorHandle opened = OpenFolder(folder);
        int result = Libc.Quota(opened.Fd, ReadLimits, project, &limits);
        if (result < 0 && Marshal.GetLastPInvokeError() == Libc.ErrorNoEntry)
        {
            // XFS forgets one that has neither files nor a limit.
            return (0, 0);
        }
        Libc.Check(result, $"the use of disk of project {project}");
        return ((long)limits.BytesUsed, (long)limits.BlocksHard * LimitUnitBytes);
    }

    /// <summary>Zero: none.</summary>
    /// <exception cref="IOException">There is nothing, or the file system has no projects.</exception>
    public static uint ProjectOf(string path)
    {
        using DescriptorHandle opened = Open(path);
        return AttributesOf(opened, path).Project;
    }

    /// <summary>Gives a folder and all in it to a project. Links and what else is no file stay. Nobody may write there meanwhile.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public static void Give(string folder, uint project)
    {
        // The folder itself last: where it has its number, all in it have theirs.
        var all = new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories);
        foreach (FileSystemInfo entry in all.Where(entry => entry.LinkTarget is null))
        {
            GiveOne(entry.FullName, project, entry is DirectoryInfo);
        }
        GiveOne(folder, project, isFolder: true);
    }

    private static bool IsHeld(DescriptorHandle opened)
    {
        byte* state = stackalloc byte[StateBytes];
        var bytes = new Span<byte>(state, StateBytes);
        bytes.Clear();
        return Libc.Quota(opened.Fd, ReadState, 0, state) == 0
            && (MemoryMarshal.Read<ushort>(bytes[StateFlagsOffset..]) & ProjectsAreLimited) != 0;
    }

    private static void GiveOne(string path, uint project, bool isFolder)
    {
        using DescriptorHandle opened = Open(path);
        FileAttributesBlock attributes = AttributesOf(opened, path);
        attributes.Project = project;
        if (isFolder)
        {
            attributes.Flags = project == 0 ? attributes.Flags & ~NewFilesInherit : attributes.Flags | NewFilesInherit;
        }
        Libc.Check(Libc.Control(opened.Fd, WriteAttributes, &attributes), $"the project of {path}");
    }

    private static FileAttributesBlock AttributesOf(DescriptorHandle opened, string path)
    {
        var attributes = default(FileAttributesBlock);
        Libc.Check(Libc.Control(opened.Fd, ReadAttributes, &attributes), $"the project of {path}");
        return attributes;
    }

    private static DescriptorHandle Open(string path) => new(path, Libc.OReadOnly | Libc.ONoFollow | Libc.ONonBlocking);

    private static DescriptorHandle OpenFolder(string path) => new(path, Libc.OReadOnly | Libc.ODirectory);

    /// <summary>As <c>struct if_dqblk</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct QuotaBlock
    {
        public ulong BlocksHard;
        public ulong BlocksSoft;
        public ulong BytesUsed;
        public ulong FilesHard;
        public ulong FilesSoft;
        public ulong FilesUsed;
        public ulong BlockTime;
        public ulong FileTime;
        public uint Given;
    }

    /// <summary>As <c>struct fsxattr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileAttributesBlock
    {
        public uint Flags;
        public uint ExtentSize;
        public uint Extents;
        public uint Project;
        public uint CopyExtentSize;
        public uint Unused1;
        public uint Unused2;
    }
}
