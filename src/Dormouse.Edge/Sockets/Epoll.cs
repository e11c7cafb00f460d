using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Edge.Sockets;

/// <summary>
/// Linux's way for one thread to wait for many descriptors. What is ready is told as long as it is ready ("level-triggered"), so that
/// nothing has to be read to its end at once.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    public const uint Readable = 0x1;
    public const uint Writable = 0x4;

    /// <summary>Whose event it is when <see cref="Wake"/> was called.</summary>
    public const long WakeId = 0;

    private const int AddOperation = 1;
    private const int DeleteOperation = 2;
    private const int ModifyOperation = 3;
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;
    private const int WithoutEnd = -1;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int IdOffset = EventBytes - sizeof(long);

    private readonly SafeFileHandle epoll = new(Check(Create(CloseOnExec)), ownsHandle: true);
    private readonly SafeFileHandle waker = new(Check(EventFd(0, CloseOnExec)), ownsHandle: true);
    private readonly byte[] events;

    /// <param name="eventsMax">As many are told at once.</param>
    public Epoll(int eventsMax)
    {
        events = new byte[eventsMax * EventBytes];
        Add((int)waker.DangerousGetHandle(), WakeId, Readable);
    }

    /// <param name="fd">It leaves by itself when it is closed.</param>
    /// <param name="id">By which its events are known.</param>
    /// <param name="interest"><see cref="Readable"/>, <see cref="Writable"/> or both.</param>
    public void Add(int fd, long id, uint interest) => Check(Control(AddOperation, fd, id, interest));

    public void Modify(int fd, long id, uint interest) => Check(Control(ModifyOperation, fd, id, interest));

    public void Delete(int fd) => Check(Control(DeleteOperation, fd, 0, 0));

    /// <summary>Ends the wait, and every one after it.</summary>
    public void Wake() => Check(WriteEvent(waker, 1));

    /// <summary>Waits until something is ready. One thread at a time.</summary>
    /// <returns>How many are: <see cref="EventAt"/> tells which.</returns>
    public int Wait()
    {
        int count = Wait(epoll, events, events.Length / EventBytes, WithoutEnd);
        return count < 0 && Marshal.GetLastPInvokeError() == Interrupted ? 0 : Check(count);
    }

    /// <summary>Whose it is, and what is ready. Errors and hang-ups count as both: receiving or sending tells what is wrong.</summary>
    public (long Id, bool IsReadable, bool IsWritable) EventAt(int index)
    {
        ReadOnlySpan<byte> found = events.AsSpan(index * EventBytes, EventBytes);
        uint ready = MemoryMarshal.Read<uint>(found);
        bool isBroken = (ready & ~(Readable | Writable)) != 0;
        return (MemoryMarshal.Read<long>(found[IdOffset..]), isBroken || (ready & Readable) != 0, isBroken || (ready & Writable) != 0);
    }

    public void Dispose()
    {
        epoll.Dispose();
        waker.Dispose();
    }

    private int Control(int operation, int fd, long id, uint interest)
    {
        Span<byte> wanted = stackalloc byte[16];
        MemoryMarshal.Write(wanted, in interest);
        MemoryMarshal.Write(wanted[IdOffset..], in id);
        return Control(epoll, operation, fd, wanted);
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle epoll, int operation, int fd, Span<byte> wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(SafeFileHandle epoll, Span<byte> events, int count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EventFd(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd_write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WriteEvent(SafeFileHandle waker, ulong count);
}
