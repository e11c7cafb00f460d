using System.Runtime.InteropServices;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>
/// A file or folder as the kernel names it. The same folder has one identity however it is reached (bind mounts, links, another mount
/// namespace), which is how a process is recognised as an instance's: its working directory is the instance's data directory.
/// </summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const uint AskInode = 0x100;
    private const uint AskOwner = 0x8;
    private const int StatxBytes = 256;

    // Offsets of struct statx, which is the same on every architecture.
    private const int OwnerOffset = 20;
    private const int InodeOffset = 32;
    private const int DeviceMajorOffset = 136;
    private const int DeviceMinorOffset = 140;

    public static unsafe FileIdentity? Of(string path)
    {
        byte* result = stackalloc byte[StatxBytes];
        if (Libc.Statx(CurrentDirectory, path, 0, AskInode, result) != 0)
        {
            return null;
        }
        var bytes = new ReadOnlySpan<byte>(result, StatxBytes);
        return new FileIdentity(
            MemoryMarshal.Read<uint>(bytes[DeviceMajorOffset..]),
            MemoryMarshal.Read<uint>(bytes[DeviceMinorOffset..]),
            MemoryMarshal.Read<ulong>(bytes[InodeOffset..])
        );
    }

    /// <summary>The number of the user whose it is; null if there is none.</summary>
    public static unsafe uint? OwnerOf(string path)
    {
        byte* result = stackalloc byte[StatxBytes];
        return Libc.Statx(CurrentDirectory, path, 0, AskOwner, result) == 0
            ? MemoryMarshal.Read<uint>(new ReadOnlySpan<byte>(result, StatxBytes)[OwnerOffset..])
            : null;
    }
}
