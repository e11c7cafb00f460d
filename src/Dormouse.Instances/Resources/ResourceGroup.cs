namespace Dormouse.Instances.Resources;

/// <summary>
/// All processes of one instance as one thing: frozen, thawed, limited and ended together. Made by <see cref="ResourceGroups"/> with what
/// the host offers. Used by the instance's one writer only, except where a call says otherwise.
/// </summary>
internal abstract class ResourceGroup
{
    /// <summary>True while the processes get no CPU.</summary>
    public abstract bool IsFrozen { get; }

    /// <summary>Takes in a process with all its descendants, also those that are born meanwhile. Repeating it does no harm.</summary>
    public abstract void Attach(int rootPid);

    /// <summary>Other bounds from now on, frozen or not.</summary>
    /// <exception cref="IOException">The kernel refused, or the group is gone.</exception>
    public abstract void Limit(ResourceLimits limits);

    /// <summary>
    /// Lets every other group of the platform go first from now on, or no longer. Repeating it does no harm, and where the host offers nothing for it
    /// nothing happens. Any thread. <see cref="Limit"/> ends it.
    /// </summary>
    /// <exception cref="IOException">The kernel refused, or the group is gone.</exception>
    public abstract void Yield(bool yields);

    /// <summary>Returns once no process of the group runs. Throws <see cref="IOException"/>, with the group thawed, if that takes too long.</summary>
    public abstract Task FreezeAsync(CancellationToken cancellationToken);

    /// <summary>Idempotent. Any thread.</summary>
    public abstract void Thaw();

    /// <summary>
    /// Moves the memory of frozen processes to the host's swap, as far as the kernel can, and returns how many bytes left; zero where that
    /// cannot be told. Blocks in the kernel for some ten milliseconds. May be called by any thread, and a thaw meanwhile does no harm: then
    /// pages that are used come back at once.
    /// </summary>
    /// <exception cref="IOException">The kernel refused, or the group is gone.</exception>
    public abstract long Reclaim();

    /// <summary>Ends every process at once, frozen or not: for PostgreSQL this is a crash.</summary>
    public abstract void Kill();

    /// <summary>Gives back what the group holds on the host once its processes are gone.</summary>
    public abstract void Remove();
}

/// <summary>Bounds of one instance; they hold as far as <see cref="ResourceReport"/> says.</summary>
/// <param name="MemoryMaxBytes">Memory of all processes and of the page cache that they fill.</param>
/// <param name="ProcessesMax">Processes and threads.</param>
/// <param name="ProcessorWeight">Its share of the processors where not all get what they want: 100 is what others have.</param>
internal sealed record ResourceLimits(long MemoryMaxBytes, int ProcessesMax, int ProcessorWeight);

/// <summary>How instances are frozen on this host and which bounds truly hold.</summary>
/// <param name="Freezer"><c>cgroup v2</c>, <c>cgroup v1</c> or <c>signals</c>.</param>
/// <param name="MemoryLimited">Whether the bound of memory holds.</param>
/// <param name="ProcessesLimited">Whether the bound of processes holds.</param>
public sealed record ResourceReport(string Freezer, bool MemoryLimited, bool ProcessesLimited)
{
    /// <summary>
    /// By what memory of frozen instances is moved to swap: <c>memory.reclaim</c>, <c>memory.force_empty</c> or <c>process_madvise</c>; null:
    /// the host offers none of them. Whether there is swap at the moment is another question.
    /// </summary>
    public string? Reclaimer { get; init; }

    /// <summary>Whether instances share the processors by weight.</summary>
    public bool ProcessorWeighted { get; init; }

    /// <summary>Whether an instance that takes much processor time can be told to let the others go first.</summary>
    public bool ProcessorYields { get; init; }

    /// <summary>How many processors such a one leaves to the others.</summary>
    public int FreeProcessors { get; init; }

    /// <summary>Whether the memory of all instances together can be told, so that a budget for it can hold.</summary>
    public bool MemoryCounted { get; init; }
}
