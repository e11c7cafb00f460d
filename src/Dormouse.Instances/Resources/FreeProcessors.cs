using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Resources;

/// <summary>
/// The processors that instances which take much leave to the others. Who wakes there need not take its processor from anybody: the kernel often gives it
/// only at the next tick, whatever weights say.
/// </summary>
internal sealed class FreeProcessors
{
    private readonly ProcessorSet all;
    private readonly ProcessorSet others;

    /// <param name="wanted">How many; where the platform itself may run on no more than these there are none.</param>
    public FreeProcessors(int wanted)
    {
        // As the platform was started: where it may run is where its instances may.
        all = ProcessorSet.Of(Environment.ProcessId)!;
        Count = wanted < all.Count ? wanted : 0;
        others = all.Without(Count);
    }

    public int Count { get; }

    /// <summary>How many are not among them; one at least.</summary>
    public int Rest => all.Count - Count;

    /// <summary>Keeps an instance away from them, or no longer. Repeating it does no harm and costs one call.</summary>
    public void Leave(int postmaster, bool leaves)
    {
        ProcessorSet wanted = leaves ? others : all;
        if (Count == 0 || ProcessorSet.Of(postmaster) is not { } now || now.SameAs(wanted))
        {
            return;
        }
        // Before its children: those that are born meanwhile have it from their parent.
        _ = wanted.TryConfine(postmaster);
        foreach (int child in ProcessTable.Children(postmaster))
        {
            _ = wanted.TryConfine(child);
        }
    }
}
