using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>
/// Waits for file descriptors to become readable: pidfds (a process ended) and inotify. One thread for all instances, asleep in the
/// kernel, so that neither a start nor the death of a postmaster is found by polling. Thread-safe; callbacks run on the thread pool.
/// </summary>
internal sealed class KernelEvents : IDisposable
{
    private const int EventsAtOnceMax = 64;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventBytes - 8;

    private readonly ConcurrentDictionary<long, Watch> watches = new();
    private readonly int epoll;
    private readonly int wake;
    private long lastId;
    private int disposed;

    public KernelEvents()
    {
        epoll = Libc.Check(Libc.EpollCreate(Libc.OCloseOnExec), "epoll_create1");
        wake = Libc.Check(Libc.EventFd(0, Libc.OCloseOnExec), "eventfd");
        Add(wake, 0, Libc.EpollIn);
        new Thread(Loop) { IsBackground = true, Name = "kernel events" }.Start();
    }

    /// <summary>Calls back once when <paramref name="fd"/> is readable. The watch owns no descriptor; end it before closing one.</summary>
    public IDisposable OnceReadable(int fd, Action callback)
    {
        var watch = new Watch(this, Interlocked.Increment(ref lastId), fd, callback);
        watches[watch.Id] = watch;
        Add(fd, watch.Id, Libc.EpollIn | Libc.EpollOneShot);
        return watch;
    }

    public unsafe void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            ulong one = 1;
            _ = Libc.Write(wake, (byte*)&one, sizeof(ulong));
        }
    }

    private unsafe void Add(int fd, long id, uint flags)
    {
        byte* data = stackalloc byte[16];
        *(uint*)data = flags;
        *(long*)(data + DataOffset) = id;
        Libc.Check(Libc.EpollControl(epoll, Libc.EpollAdd, fd, data), "epoll_ctl");
    }

    private unsafe void Remove(Watch watch)
    {
        if (watches.TryRemove(watch.Id, out _) && Volatile.Read(ref disposed) == 0)
        {
            byte* unused = stackalloc byte[16];
            _ = Libc.EpollControl(epoll, Libc.EpollDelete, watch.Fd, unused);
        }
    }

    private unsafe void Loop()
    {
        byte* events = stackalloc byte[EventsAtOnceMax * 16];
        while (Volatile.Read(ref disposed) == 0)
        {
            int count = Libc.EpollWait(epoll, events, EventsAtOnceMax, -1);
            for (int i = 0; i < count; i++)
            {
                long id = *(long*)(events + (i * EventBytes) + DataOffset);
                if (watches.TryGetValue(id, out Watch? watch))
                {
                    Remove(watch);
                    ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Callback(), watch, preferLocal: false);
                }
            }
        }
        _ = Libc.Close(epoll);
        _ = Libc.Close(wake);
    }

    private sealed class Watch(KernelEvents owner, long id, int fd, Action callback) : IDisposable
    {
        public long Id { get; } = id;
        public int Fd { get; } = fd;
        public Action Callback { get; } = callback;

        public void Dispose() => owner.Remove(this);
    }
}
