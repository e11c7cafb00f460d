using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>
/// The processes of one generation of an instance, whether this platform started them or an earlier one did. Owns the descriptors by
/// which their end is seen; disposing it lets go of the processes and does not end them.
/// </summary>
internal sealed class InstanceProcess : IDisposable
{
    private readonly Watched postmaster;
    private readonly Watched? launcher;

    private InstanceProcess(Watched postmaster, Watched? launcher)
    {
        this.postmaster = postmaster;
        this.launcher = launcher;
        Gone = launcher is null ? postmaster.Ended : Task.WhenAll(postmaster.Ended, launcher.Ended);
    }

    public ProcessIdentity Postmaster => postmaster.Identity;

    /// <summary>The waiting bubblewrap outside the sandbox; null where it is gone already.</summary>
    public int? LauncherPid => launcher?.Identity.Pid;

    /// <summary>The root of all processes of the instance.</summary>
    public int RootPid => LauncherPid ?? Postmaster.Pid;

    /// <summary>
    /// Completes when the postmaster has ended. It is the first process of its sandbox, so the kernel has by then ended all others in it.
    /// </summary>
    public Task Died => postmaster.Ended;

    /// <summary>Completes when bubblewrap has ended too, which goes with the postmaster unless it is frozen.</summary>
    public Task Gone { get; }

    /// <summary>Null if the postmaster is gone already.</summary>
    public static InstanceProcess? TryOpen(ProcessIdentity postmaster, int? launcherPid, KernelEvents events)
    {
        if (Watched.TryOpen(postmaster, events) is not { } main)
        {
            return null;
        }
        ProcessIdentity? launcher = launcherPid is { } pid ? ProcessTable.Identify(pid) : null;
        return new InstanceProcess(main, launcher is { } identity ? Watched.TryOpen(identity, events) : null);
    }

    /// <summary>To the postmaster itself. A signal to bubblewrap would end PostgreSQL by a crash.</summary>
    public void Signal(int signal) => _ = Libc.PidfdSendSignal(postmaster.Fd, signal);

    public void Dispose()
    {
        postmaster.Dispose();
        launcher?.Dispose();
    }

    private sealed class Watched : IDisposable
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly DescriptorHandle pidfd;
        private readonly IDisposable watch;

        private Watched(ProcessIdentity identity, DescriptorHandle pidfd, KernelEvents events)
        {
            Identity = identity;
            this.pidfd = pidfd;
            watch = events.OnceReadable(pidfd.Fd, End);
        }

        public ProcessIdentity Identity { get; }

        public Task Ended => ended.Task;

        public int Fd => pidfd.Fd;

        public static Watched? TryOpen(ProcessIdentity identity, KernelEvents events)
        {
            int fd = Libc.PidfdOpen(identity.Pid);
            if (fd < 0)
            {
                return null;
            }
            var pidfd = new DescriptorHandle(fd);
            // Only now is the number bound to a process: is it still the one that is meant?
            if (!ProcessTable.IsAlive(identity))
            {
                pidfd.Dispose();
                return null;
            }
            return new Watched(identity, pidfd, events);
        }

        public void Dispose()
        {
            watch.Dispose();
            pidfd.Dispose();
        }

        private void End()
        {
            // A child of this platform stays as a zombie until its exit is taken; others are their parent's concern.
            DetachedProcess.Reap(Identity.Pid);
            ended.TrySetResult();
        }
    }
}
