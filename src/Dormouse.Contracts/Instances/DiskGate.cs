namespace Dormouse.Contracts;

/// <summary>
/// Whether a database may grow. The host that watches its disk opens and closes it; the edge asks before each statement. Belongs to the
/// database, through all generations of its instance. Thread-safe.
/// </summary>
public sealed class DiskGate
{
    private volatile DiskRefusal? refusal;

    /// <summary>Null while it may grow.</summary>
    public DiskRefusal? Refusal => refusal;

    public void Open() => refusal = null;

    public void Close(DiskRule rule, string why) => refusal = new DiskRefusal(rule, why);
}

/// <summary>What is refused of a database that may not grow.</summary>
/// <param name="Rule">How much.</param>
/// <param name="Why">For the person who reads it.</param>
public sealed record DiskRefusal(DiskRule Rule, string Why);

/// <summary>What a database may do, by what it takes on disk. Each allows less than the one before it.</summary>
public enum DiskRule
{
    /// <summary>Everything.</summary>
    Free,

    /// <summary>Not what makes it grow by the first word of its statement; a function that writes is not seen through.</summary>
    NoGrowth,

    /// <summary>It is read in transactions that cannot write, so no function of its own can, and deleted from.</summary>
    ReadAndDelete,

    /// <summary>It is read so, and <c>DROP</c> makes room, which runs no code of its own.</summary>
    ReadAndDrop,
}

/// <summary>What a database takes on disk, as it was measured last.</summary>
/// <param name="Bytes">Its data, without the log.</param>
/// <param name="LogBytes">Its log, which has room of its own.</param>
/// <param name="SoftBytes">From here on the front door refuses what makes it grow.</param>
/// <param name="HardBytes">From here on whoever makes it grow all the same is ended, and what is read cannot write.</param>
/// <param name="Rule">What it may do now; it may not grow either where the host's disk is nearly full.</param>
public sealed record InstanceDisk(long Bytes, long LogBytes, long SoftBytes, long HardBytes, DiskRule Rule)
{
    public bool MayGrow => Rule == DiskRule.Free;
}
