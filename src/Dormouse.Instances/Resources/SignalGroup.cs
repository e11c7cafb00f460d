using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Resources;

/// <summary>
/// Freezes by SIGSTOP where no control groups can be used. Parents are stopped before their children are listed, and the tree is walked
/// again until a walk finds nothing that runs, so that no child born meanwhile stays awake. Holds no bounds.
/// </summary>
internal sealed class SignalGroup(TimeProvider time) : ResourceGroup
{
    private static readonly TimeSpan FreezePause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FreezeTimeout = TimeSpan.FromSeconds(5);

    private ProcessIdentity root;

    public override bool IsFrozen => ProcessTable.IsAlive(root) && ProcessTable.Tree(root.Pid).All(IsStopped);

    public override void Attach(int rootPid) =>
        root = ProcessTable.Identify(rootPid) ?? throw new IOException($"The process {rootPid} is gone.");

    public override void Limit(ResourceLimits limits) { }

    public override void Yield(bool yields) { }

    public override async Task FreezeAsync(CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (ProcessTable.IsAlive(root))
        {
            bool allStopped = true;
            foreach (int pid in ProcessTable.Tree(root.Pid))
            {
                if (!IsStopped(pid))
                {
                    allStopped = false;
                    _ = Libc.Kill(pid, Libc.SigStop);
                }
            }
            if (allStopped)
            {
                return;
            }
            if (time.GetElapsedTime(began) > FreezeTimeout)
            {
                Thaw();
                throw new IOException($"The processes under {root.Pid} did not stop within {FreezeTimeout.TotalSeconds:0} s.");
            }
            await Task.Delay(FreezePause, time, cancellationToken);
        }
    }

    public override void Thaw() => SignalAll(Libc.SigCont);

    public override long Reclaim() => ProcessTable.IsAlive(root) ? Pageout.Of(ProcessTable.Tree(root.Pid)) : 0;

    public override void Kill() => SignalAll(Libc.SigKill);

    public override void Remove() { }

    private void SignalAll(int signal)
    {
        if (ProcessTable.IsAlive(root))
        {
            // Descendants first: once the root of a process namespace is dead there is no tree left to walk.
            foreach (int pid in ProcessTable.Tree(root.Pid).Reverse())
            {
                _ = Libc.Kill(pid, signal);
            }
        }
    }

    private static bool IsStopped(int pid) => ProcessTable.Stat(pid) is null or { State: 'T' or 'Z' or 'X' };
}
