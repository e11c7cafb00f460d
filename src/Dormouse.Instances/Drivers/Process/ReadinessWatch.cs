using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>
/// Learns from the kernel (inotify) when PostgreSQL writes into <c>postmaster.pid</c> that it takes connections, as <c>pg_ctl</c> learns by
/// polling. A trial connection would cost a process and an authentication more than that.
/// </summary>
internal sealed class ReadinessWatch : IDisposable
{
    private const int EventBytesMax = 4096;

    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly string dataPath;
    private readonly KernelEvents events;
    private readonly DescriptorHandle inotify;
    private IDisposable? watch;
    private bool disposed;

    public ReadinessWatch(string dataPath, KernelEvents events)
    {
        this.dataPath = dataPath;
        this.events = events;
        inotify = new DescriptorHandle(Libc.Check(Libc.InotifyInit(Libc.InNonBlocking | Libc.InCloseOnExec), "inotify_init1"));
        Libc.Check(
            Libc.InotifyAddWatch(inotify.Fd, dataPath, Libc.InCreate | Libc.InModify | Libc.InCloseWrite | Libc.InMovedTo),
            $"inotify on {dataPath}"
        );
        Arm();
    }

    public Task Ready => ready.Task;

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            watch?.Dispose();
        }
        // Closing waits for a grace period of the kernel, some 7 ms of each start. Whoever waits for PostgreSQL need not.
        _ = Task.Run(inotify.Dispose);
    }

    private void Arm()
    {
        lock (gate)
        {
            if (!disposed)
            {
                watch = events.OnceReadable(inotify.Fd, Look);
            }
        }
    }

    private void Look()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }
            Drain();
        }
        if (PostmasterFile.SaysReady(dataPath))
        {
            ready.TrySetResult();
        }
        else
        {
            Arm();
        }
    }

    private unsafe void Drain()
    {
        byte* buffer = stackalloc byte[EventBytesMax];
        while (Libc.Read(inotify.Fd, buffer, EventBytesMax) > 0) { }
    }
}
