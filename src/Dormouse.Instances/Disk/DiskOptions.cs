using Dormouse.Contracts;

namespace Dormouse.Instances.Disk;

/// <summary>What databases may take on disk, and how that is seen.</summary>
public sealed class DiskOptions
{
    /// <summary>The least that lies between the two limits, and what one may take above the hard one by deleting: maps of free space, index pages.</summary>
    internal const long LeewayMin = 64L << 20;

    /// <summary>
    /// What one small database may hold, its log apart; beyond it the front door refuses growth. A small instance, with 8 MB of buffers and 1 GiB
    /// of page cache, still serves ten times that well where a tenth is in use. One that may become medium has twice as much, and one that may
    /// become large four times, as of all else.
    /// </summary>
    public long SoftBytes { get; init; } = 10L << 30;

    /// <summary>
    /// How often those that write are looked at: one look into the folder of their log. A disk writes some hundred megabytes meanwhile, which is
    /// by how much a limit can be overrun.
    /// </summary>
    public TimeSpan CheckPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// One in use is measured this often although its log does not grow: unlogged tables and spilled sorts leave no trace in it. Many of them are seen
    /// sooner (<see cref="UnseenBytes"/>).
    /// </summary>
    public TimeSpan MeasureAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// When the host's disk has lost this much since they were last measured for it, those in use are measured although their logs do not grow. What a
    /// fast disk writes in a second, and a fortieth of what the least database may hold.
    /// </summary>
    public long UnseenBytes { get; init; } = 256L << 20;

    /// <summary>
    /// What a database at its hard limit takes after this long is what it may keep: those who wrote then are ended by now, in two looks and five
    /// seconds at most. Whoever grows from there does so by deletions that write, and may only drop.
    /// </summary>
    public TimeSpan SettleAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Databases of which nothing is known yet that are measured in one round, after the start of the platform. A measure takes some milliseconds.</summary>
    public int UnknownPerRound { get; init; } = 20;

    /// <summary>Files that are counted of one database: 50,000 tables have some 300,000. What is beyond is not counted.</summary>
    public int FilesMax { get; init; } = 500_000;

    /// <summary>
    /// With less free on the host's disk no database may grow, and with less than half of it whoever grows all the same is ended: the rest is for
    /// their logs, without which they crash. Some thirty that are busy at once fill 16 MB of it each between two checkpoints.
    /// </summary>
    public long HostReserveBytes { get; init; } = 512L << 20;

    /// <param name="most">
    /// The largest class that the database may have: by the one that it has now, it would lose the room for its rows whenever little is asked of it.
    /// </param>
    internal DiskLimit LimitOf(InstanceClass most)
    {
        long soft = SoftBytes << (int)most;
        return new DiskLimit(soft, soft + Math.Max(soft / 10, LeewayMin));
    }
}

/// <summary>What one database may take.</summary>
/// <param name="SoftBytes">From here on the front door refuses what makes it grow.</param>
/// <param name="HardBytes">
/// Who writes beyond this is ended, and nothing but deletions may write from then on. A tenth above the soft limit: room for a VACUUM FULL of a table of that size, which writes it anew
/// before it gives the old one back.
/// </param>
internal readonly record struct DiskLimit(long SoftBytes, long HardBytes);
