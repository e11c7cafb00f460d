using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>What the driver needs to know of an instance to start it.</summary>
/// <param name="Sandbox">The sandbox and the server's arguments.</param>
/// <param name="LockPath">The file whose lock all processes of the instance hold; it shows that none is left.</param>
/// <param name="LogPath">Takes standard output and error.</param>
internal sealed record StartOrder(Sandbox Sandbox, string LockPath, string LogPath);

/// <summary>
/// Runs instances as sandboxed processes of this host. Nothing ties them to the platform: they have their own session, log into a file and
/// stay when the platform is killed. Stateless apart from what the host offers; called by each instance's one writer.
/// </summary>
internal sealed class ProcessDriver(SandboxCommand command, KernelEvents events, PinnedPages pinned, TimeProvider time)
{
    // A fast shutdown takes 10 ms when idle; the shutdown checkpoint of a busy one writes at most the buffers and syncs.
    private static readonly TimeSpan FastShutdownTimeout = TimeSpan.FromSeconds(20);

    // PostgreSQL itself gives its children 5 s between SIGQUIT and SIGKILL.
    private static readonly TimeSpan ImmediateShutdownTimeout = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);

    // Bubblewrap has nothing to do but to take its child's exit.
    private static readonly TimeSpan LauncherTimeout = TimeSpan.FromSeconds(1);

    /// <summary>To be told of an instance that has begun, or come to rest: what it has in common with all others stays in memory.</summary>
    public void LearnFrom(InstanceProcess process) => pinned.LearnFrom(process.RootPid, process.Postmaster.Pid);

    /// <summary>
    /// Starts PostgreSQL and returns when it takes connections.
    /// 1. take the instance's lock, which proves that no earlier process is left; 2. launch, the lock in hand; 3. while it starts, take
    /// its processes into the group; 4. wait for its own word that it is ready, for its end, or for the time to run out.
    /// </summary>
    /// <exception cref="StartFailedException">It ended or did not come up in time; nothing is left running.</exception>
    public async Task<InstanceProcess> StartAsync(
        StartOrder order,
        ResourceGroup group,
        TimeSpan timeout,
        CancellationToken cancellationToken
    )
    {
        // 1
        using DescriptorHandle held = await InstanceLock.TakeAsync(order.LockPath, time, cancellationToken);
        PostmasterFile.RemoveStale(order.Sandbox.DataPath);
        BoundedLog.Trim(order.LogPath);
        using DescriptorHandle log = BoundedLog.Open(order.LogPath);
        long logOffset = new FileInfo(order.LogPath).Length;
        using var readiness = new ReadinessWatch(order.Sandbox.DataPath, events);

        // 2
        int launcher = DetachedProcess.Launch(command.Build(order.Sandbox), log.Fd, held.Fd);
        // Before it has started anything: what is born later inherits it. A process that PostgreSQL was just forking would be in no walk below.
        OomScore.Raise([launcher]);
        try
        {
            using var launched = new DescriptorHandle(Libc.Check(Libc.PidfdOpen(launcher), "pidfd_open"));
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using IDisposable watch = events.OnceReadable(launched.Fd, () => ended.TrySetResult());

            // 3: a move costs one grace period of the kernel (about 9 ms), which passes while PostgreSQL starts.
            Task attached = Task.Run(() => group.Attach(launcher), CancellationToken.None);

            // 4
            Task expired = Task.Delay(timeout, time, cancellationToken);
            Task first = await Task.WhenAny(readiness.Ready, ended.Task, expired);
            if (first == ended.Task)
            {
                string? reason = BoundedLog.Reason(order.LogPath, logOffset);
                throw new StartFailedException(reason ?? "PostgreSQL ended without a word.");
            }
            cancellationToken.ThrowIfCancellationRequested();
            if (first == expired)
            {
                throw new StartFailedException($"PostgreSQL did not take connections within {timeout.TotalSeconds:0} s.");
            }
            await attached;
            group.Attach(launcher);
            // Twice: who was born during the first walk, before its parent's turn, is found by the second; later ones inherit. A backend that
            // the kernel is just making is in neither: OomOrder finds it.
            OomScore.Raise(ProcessTable.Tree(launcher));
            OomScore.Raise(ProcessTable.Tree(launcher));
            InstanceProcess started = OpenChild(launcher) ?? throw new StartFailedException("PostgreSQL ended as soon as it was up.");
            LearnFrom(started);
            return started;
        }
        catch
        {
            await EndFailedAsync(launcher, group);
            throw;
        }
    }

    /// <summary>
    /// Ends PostgreSQL by signals to the postmaster: fast shutdown, then immediate, then kill. A frozen one may be thawed after the
    /// signal was sent, so that shutting down is the first thing that it does.
    /// </summary>
    /// <returns>False if processes are left even so.</returns>
    public async Task<bool> StopAsync(InstanceProcess process, ResourceGroup group)
    {
        process.Signal(Libc.SigInt);
        group.Thaw();
        bool ended = await EndsWithinAsync(process.Died, FastShutdownTimeout);
        if (!ended)
        {
            process.Signal(Libc.SigQuit);
            ended = await EndsWithinAsync(process.Died, ImmediateShutdownTimeout);
        }
        if (!ended)
        {
            process.Signal(Libc.SigKill);
            group.Kill();
            ended = await EndsWithinAsync(process.Died, KillTimeout);
        }
        return ended && await SweepAsync(process, group);
    }

    /// <summary>After the postmaster's end: bubblewrap follows by itself, unless it was frozen when PostgreSQL died.</summary>
    /// <returns>False if it is left even so.</returns>
    public async Task<bool> SweepAsync(InstanceProcess process, ResourceGroup group)
    {
        if (process.Gone.IsCompleted)
        {
            return true;
        }
        if (group.IsFrozen)
        {
            group.Kill();
        }
        if (await EndsWithinAsync(process.Gone, LauncherTimeout))
        {
            return true;
        }
        group.Kill();
        return await EndsWithinAsync(process.Gone, KillTimeout);
    }

    private InstanceProcess? OpenChild(int launcher) =>
        ProcessTable.Children(launcher) is [var pid, ..] && ProcessTable.Identify(pid) is { } postmaster
            ? InstanceProcess.TryOpen(postmaster, launcher, events)
            : null;

    private async Task EndFailedAsync(int launcher, ResourceGroup group)
    {
        // It never took a connection, so there is nothing that a clean shutdown would save.
        foreach (int pid in ProcessTable.Tree(launcher).Reverse())
        {
            _ = Libc.Kill(pid, Libc.SigKill);
        }
        group.Kill();
        long began = time.GetTimestamp();
        while (ProcessTable.Identify(launcher) is not null && time.GetElapsedTime(began) < KillTimeout)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, CancellationToken.None);
        }
        DetachedProcess.Reap(launcher);
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan timeout)
    {
        try
        {
            await ended.WaitAsync(timeout, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
