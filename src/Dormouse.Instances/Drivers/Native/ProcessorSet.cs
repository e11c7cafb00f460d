using System.Numerics;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>Some of the host's processors, as the kernel numbers them.</summary>
internal sealed class ProcessorSet
{
    /// <summary>Of processors, a bit each: as many as kernels are built for at most.</summary>
    private const int Words = 8192 / 64;

    private readonly ulong[] words;

    private ProcessorSet(ulong[] words) => this.words = words;

    public int Count => words.Sum(BitOperations.PopCount);

    /// <summary>Where a process may run; null if it is gone.</summary>
    public static ProcessorSet? Of(int pid)
    {
        ulong[] words = new ulong[Words];
        return Libc.GetAffinity(pid, Words * sizeof(ulong), words) >= 0 ? new ProcessorSet(words) : null;
    }

    /// <summary>These but for the first few.</summary>
    public ProcessorSet Without(int first)
    {
        ulong[] rest = [.. words];
        for (int word = 0; word < Words; word++)
        {
            for (; first > 0 && rest[word] != 0; first--)
            {
                rest[word] &= rest[word] - 1;
            }
        }
        return new ProcessorSet(rest);
    }

    /// <summary>
    /// Has a process run on these and no others, from now on, and what it forks later as well. Of its threads the first only: PostgreSQL's processes
    /// have no others that compute.
    /// </summary>
    /// <returns>False if it is gone, or if the kernel refuses.</returns>
    public bool TryConfine(int pid) => Libc.SetAffinity(pid, Words * sizeof(ulong), words) >= 0;

    public bool SameAs(ProcessorSet other) => words.AsSpan().SequenceEqual(other.words);
}
