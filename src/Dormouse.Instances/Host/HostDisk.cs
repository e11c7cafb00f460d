using System.ComponentModel;
using System.Runtime.InteropServices;
using Dormouse.Instances.Drivers.Native;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Instances.Host;

/// <summary>What .NET does not offer of the file system: flushing a whole one, clones that share blocks, and owners.</summary>
internal static class HostDisk
{
    /// <summary><c>FICLONE</c> of linux/fs.h, the same on x64 and arm64.</summary>
    private const nuint CloneRequest = 0x40049409;

    public static bool IsRoot => EffectiveUser == 0;

    public static uint EffectiveUser => Libc.GetEffectiveUserId();

    /// <summary>Waits until everything written to the file system that holds <paramref name="path"/> is on disk.</summary>
    public static void FlushFileSystem(string path) => WithDescriptor(path, Libc.SyncFileSystem, "flush the file system of");

    /// <summary>Waits until one file, or the names in one folder, are on disk.</summary>
    public static void Flush(string path) => WithDescriptor(path, Libc.Fsync, "flush");

    /// <summary>Makes <paramref name="target"/> share the blocks of <paramref name="source"/>; false where the file system cannot.</summary>
    public static unsafe bool TryClone(SafeFileHandle source, SafeFileHandle target) =>
        Libc.Control((int)target.DangerousGetHandle(), CloneRequest, (void*)source.DangerousGetHandle()) == 0;

    public static void ChangeOwner(string path, int user)
    {
        if (Libc.ChownLink(path, (uint)user, (uint)user) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot give '{path}' to user {user}");
        }
    }

    private static void WithDescriptor(string path, Func<int, int> operation, string what)
    {
        int descriptor = Libc.Open(path, Libc.OReadOnly | Libc.OCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot {what} '{path}'");
        }
        int result = operation(descriptor);
        int error = Marshal.GetLastPInvokeError();
        _ = Libc.Close(descriptor);
        if (result != 0)
        {
            throw new Win32Exception(error, $"Cannot {what} '{path}'");
        }
    }
}
