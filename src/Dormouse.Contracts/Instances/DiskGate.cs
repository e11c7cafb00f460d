namespace Dormouse.Contracts;

/// <summary>
/// Whether a database may grow. The host that watches its disk opens and closes it; the edge asks before each statement. Belongs to the
/// database, through all generations of its instance. Thread-safe.
/// </summary>
public sealed class DiskGate
{
    private volatile string? refusal;

    /// <summary>Null while it may grow; else why not, for the person who reads it.</summary>
    public string? Refusal => refusal;

    public void Open() => refusal = null;

    public void Close(string why) => refusal = why;
}

/// <summary>What a database takes on disk, as it was measured last.</summary>
/// <param name="Bytes">Its data, without the log.</param>
/// <param name="LogBytes">Its log, which has room of its own.</param>
/// <param name="SoftBytes">From here on the front door refuses what makes it grow.</param>
/// <param name="HardBytes">From here on whoever makes it grow all the same is ended.</param>
/// <param name="MayGrow">Whether it may grow now; it may not either where the host's disk is nearly full.</param>
public sealed record InstanceDisk(long Bytes, long LogBytes, long SoftBytes, long HardBytes, bool MayGrow);
