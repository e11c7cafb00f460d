namespace Dormouse.Instances.Resources;

/// <summary>What the sleep policy is told of the host's memory.</summary>
internal interface IMemoryGauge
{
    HostMemory Read();

    /// <summary>What all instances hold; null where the host does not count it.</summary>
    long? InstanceBytes { get; }

    /// <summary>Whether memory of frozen instances has somewhere to go at this moment.</summary>
    bool CanReclaim(HostMemory memory);
}

internal sealed class MemoryGauge(ResourceGroups groups) : IMemoryGauge
{
    // Less is as good as full: one instance fills it, and the kernel needs some for itself.
    private const long SwapFreeMin = 32L << 20;

    public long? InstanceBytes => groups.MemoryBytes;

    public HostMemory Read() => HostMemory.Read();

    public bool CanReclaim(HostMemory memory) => groups.Report.Reclaimer is not null && memory.SwapFreeBytes >= SwapFreeMin;
}
