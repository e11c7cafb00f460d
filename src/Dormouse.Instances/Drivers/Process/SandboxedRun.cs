using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sizes;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>The processes of one generation in their sandbox, and the group that rules them.</summary>
internal sealed class SandboxedRun(
    ProcessDriver driver,
    InstanceProcess process,
    ResourceGroup group,
    ClassTable classes,
    FreeProcessors freeProcessors
) : IInstanceRun
{
    public ProcessIdentity Postmaster => process.Postmaster;

    public Task Died => process.Died;

    public async Task FreezeAsync(CancellationToken cancellationToken)
    {
        await group.FreezeAsync(cancellationToken);
        driver.LearnFrom(process);
    }

    public void Thaw() => group.Thaw();

    public long Reclaim() => group.Reclaim();

    public TimeSpan? ReadProcessorTime()
    {
        int postmaster = process.Postmaster.Pid;
        // What its children took that have ended is in the postmaster's own account, since it has waited for them.
        return ProcessTable.ProcessorTime(postmaster, withEnded: true) is { } own
            ? ProcessTable
                .Children(postmaster)
                .Aggregate(own, (sum, child) => sum + (ProcessTable.ProcessorTime(child, withEnded: false) ?? TimeSpan.Zero))
            : null;
    }

    public void Limit(InstanceSize size) => group.Limit(classes.LimitsOf(size));

    public void Yield(YieldLevel level)
    {
        group.Yield(level != YieldLevel.None);
        freeProcessors.Leave(process.Postmaster.Pid, level == YieldLevel.Processors);
    }

    public async Task<bool> StopAsync()
    {
        bool ended = await driver.StopAsync(process, group);
        if (ended)
        {
            group.Remove();
        }
        return ended;
    }

    public async Task SweepAsync()
    {
        await driver.SweepAsync(process, group);
        group.Remove();
    }

    public void Dispose() => process.Dispose();
}
