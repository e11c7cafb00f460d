using System.Runtime.InteropServices;

namespace Dormouse.Schema;

/// <summary>On which processors a thread may run, where the kernel's own choice is not good enough.</summary>
internal static partial class ThreadAffinity
{
    /// <summary>Of processors, a bit each: as many as kernels are built for at most.</summary>
    private const int MaskWords = 8192 / 64;

    /// <summary>
    /// Has this thread run anywhere but on one processor, from now on. It stays where it is if it may run on no other, or if this is not
    /// Linux: that costs time and nothing else.
    /// </summary>
    public static void Leave(int processor)
    {
        if (!OperatingSystem.IsLinux() || processor is < 0 or >= MaskWords * 64)
        {
            return;
        }
        Span<ulong> mask = stackalloc ulong[MaskWords];
        if (Get(0, MaskWords * sizeof(ulong), mask) >= 0)
        {
            mask[processor / 64] &= ~(1UL << (processor % 64));
            _ = Set(0, MaskWords * sizeof(ulong), mask);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Get(int thread, nint bytes, Span<ulong> mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Set(int thread, nint bytes, ReadOnlySpan<ulong> mask);
}
