namespace Dormouse.Instances.Upkeep;

/// <summary>What is done for a database before it sleeps, and for those that sleep.</summary>
public sealed class UpkeepOptions
{
    /// <summary>
    /// Files of the log (1 MiB each) that a database may sleep with; beyond it a checkpoint comes first, after which PostgreSQL needs one or
    /// two. Three leave a database alone that writes a little each time it wakes.
    /// </summary>
    public int LogFilesMax { get; init; } = 3;

    /// <summary>
    /// A database whose log grew by this many files since its tables were looked at is looked at again before it sleeps. Nothing can be due in
    /// one that wrote less: a table's statistics are out of date after a tenth of it changed, and no transaction is numbered without the log.
    /// </summary>
    public int LookAfterLogFiles { get; init; } = 4;

    /// <summary>What upkeep before sleep may take. It delays nobody, but the database is awake for it and the host's memory is used.</summary>
    public TimeSpan BeforeSleepMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Tables up to this size are seen to before sleep; what is due in larger ones is owed, and done in the background. Some 100 MB a second are
    /// read even from a slow disk.
    /// </summary>
    public long ShortTableBytes { get; init; } = 64L << 20;

    /// <summary>How often the background looks whether upkeep is owed. It wakes databases, so it is not in a hurry.</summary>
    public TimeSpan BackgroundPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Databases that are woken for upkeep at once. It reads whole tables; one at a time leaves the disk to those who are awake.</summary>
    public int AtOnceMax { get; init; } = 1;

    /// <summary>What background upkeep of one database may take before its turn ends; what is left is owed still.</summary>
    public TimeSpan BackgroundMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Databases inside one instance that are looked at: the tenant's own, the oldest first. Shadow databases come and go.</summary>
    public int InnerDatabasesMax { get; init; } = 8;
}
