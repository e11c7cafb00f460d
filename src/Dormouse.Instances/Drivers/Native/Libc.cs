using System.Runtime.InteropServices;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>
/// The few calls of the C library that .NET does not offer: process launch with its own session and files, signals, pidfds, epoll,
/// inotify, file identity, advisory locks, mounts, quotas, swap and who runs where. Thin: callers check the results by <see cref="Check"/>.
/// </summary>
internal static unsafe partial class Libc
{
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigCont = 18;
    public const int SigStop = 19;

    public const int OReadOnly = 0;
    public const int OWriteOnly = 1;
    public const int OReadWrite = 2;
    public const int OCreate = 0x40;
    public const int OAppend = 0x400;
    public const int OCloseOnExec = 0x80000;
    public const int ONonBlocking = 0x800;

    // The two flags have other numbers on ARM than on x86.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    public static readonly int ODirectory = IsArm ? 0x4000 : 0x10000;
    public static readonly int ONoFollow = IsArm ? 0x8000 : 0x20000;

    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;

    public const uint EpollIn = 1;
    public const uint EpollOneShot = 1u << 30;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;

    public const uint InModify = 2;
    public const uint InCloseWrite = 8;
    public const uint InMovedTo = 0x80;
    public const uint InCreate = 0x100;
    public const int InNonBlocking = 0x800;
    public const int InCloseOnExec = 0x80000;

    public const ulong MountBind = 4096;
    public const int UnmountDetach = 2;

    /// <summary>With a priority of 100: before any swap on a disk, which has none above zero unless somebody chose so.</summary>
    public const int SwapPreferred = 0x8000 | 100;

    public const int ErrorInterrupted = 4;
    public const int ErrorNoProcess = 3;
    public const int ErrorNoEntry = 2;
    public const int ErrorTryAgain = 11;

    public const short SpawnSignalDefaults = 0x04;
    public const short SpawnSignalMask = 0x08;
    public const short SpawnNewSession = 0x80;

    // Both structures are opaque here. 512 bytes exceed glibc's (80 and 336) and musl's on every architecture.
    public const int SpawnStructureBytes = 512;

    // One number on all architectures that .NET runs on, since both calls are younger than the unified table.
    private const long PidfdSendSignalCall = 424;
    private const long PidfdOpenCall = 434;
    private const long ProcessAdviseCall = 440;
    private const long QuotaCall = 443;
    private const long AdvicePageout = 21;

    // These two are older, and have one number on x86 and another on ARM.
    private static readonly long SetSchedulingCall = IsArm ? 274 : 314;
    private static readonly long GetSchedulingCall = IsArm ? 275 : 315;

    public static int PidfdOpen(int pid) => (int)Syscall(PidfdOpenCall, pid, 0, 0, 0, 0);

    public static int PidfdSendSignal(int pidfd, int signal) => (int)Syscall(PidfdSendSignalCall, pidfd, signal, 0, 0, 0);

    /// <summary>How many bytes were told to leave memory; below zero if the kernel refuses.</summary>
    public static long ProcessPageout(int pidfd, ReadOnlySpan<MemoryRange> ranges)
    {
        fixed (MemoryRange* first = ranges)
        {
            return Syscall(ProcessAdviseCall, pidfd, (long)first, ranges.Length, AdvicePageout, 0);
        }
    }

    /// <summary>A command about the quotas of the file system that a file lies on (5.14). Below zero if the kernel refuses.</summary>
    public static int Quota(int fd, uint command, uint id, void* argument) => (int)Syscall(QuotaCall, fd, command, id, (long)argument, 0);

    /// <summary>How long a thread runs before the next one has its turn; zero: the kernel's own. Below zero if the kernel refuses.</summary>
    public static int SetSlice(int thread, TimeSpan slice)
    {
        var scheduling = default(Scheduling);
        long error = Syscall(GetSchedulingCall, thread, (long)&scheduling, sizeof(Scheduling), 0, 0);
        if (error < 0 || scheduling.Policy != 0)
        {
            // Of another policy somebody thought before.
            return -1;
        }
        scheduling.Size = (uint)sizeof(Scheduling);
        scheduling.RuntimeNanoseconds = (ulong)slice.TotalNanoseconds;
        return (int)Syscall(SetSchedulingCall, thread, (long)&scheduling, 0, 0, 0);
    }

    /// <summary>Throws with the C library's reason when a call said -1.</summary>
    public static int Check(int result, string what) =>
        result >= 0 ? result : throw new IOException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int fd, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int fd);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(int fd);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(int fd, int operation);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Chown(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChownLink(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string? type, ulong flags, nint data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "mlock", SetLastError = true)]
    public static partial int LockMemory(nint start, nint length);

    [LibraryImport("libc", EntryPoint = "swapon", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SwapOn(string path, int flags);

    [LibraryImport("libc", EntryPoint = "swapoff", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SwapOff(string path);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int pid, nint bytes, Span<ulong> processors);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int pid, nint bytes, ReadOnlySpan<ulong> processors);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int fd, byte* @event);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InotifyAddWatch(int fd, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(out int pid, string path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int FileActionsAddDuplicate(byte* actions, int fd, int newFd);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesSetSignalDefaults(byte* attributes, byte* signalSet);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int AttributesSetSignalMask(byte* attributes, byte* signalSet);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static partial int SignalSetFill(byte* signalSet);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int SignalSetEmpty(byte* signalSet);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long first, long second, long third, long fourth, long fifth);
}

/// <summary>As <c>struct sched_attr</c> in its first version.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Scheduling
{
    public uint Size;
    public uint Policy;
    public ulong Flags;
    public int Nice;
    public uint Priority;
    public ulong RuntimeNanoseconds;
    public ulong DeadlineNanoseconds;
    public ulong PeriodNanoseconds;
}

/// <summary>A stretch of a process's memory, as <c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MemoryRange(nuint Start, nuint Length);
