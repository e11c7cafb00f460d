using System.Runtime;

namespace Dormouse.Memory;

/// <summary>What the runtime says and does about the memory of managed objects.</summary>
internal interface IRuntimeMemory
{
    /// <summary>All that this process ever allocated, freed or not.</summary>
    long AllocatedBytes { get; }

    /// <summary>What it holds of the host's memory, as of the last collection.</summary>
    long CommittedBytes { get; }

    /// <summary>Frees what nobody uses and keeps no room for the next busy time. All threads wait meanwhile.</summary>
    void GiveBack();
}

internal sealed class RuntimeMemory : IRuntimeMemory
{
    public long AllocatedBytes => GC.GetTotalAllocatedBytes(precise: false);

    public long CommittedBytes => GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;

    public void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
