namespace Dormouse.Edge.Caching.Disk;

/// <summary>Where answers that leave memory, or have been in it for a while, are kept on disk, and what they may take.</summary>
public sealed class DiskCacheOptions
{
    /// <summary>A folder of its own, which belongs to one process. Nothing in it has to be kept; it is deleted whole or not at all.</summary>
    public required string Folder { get; set; }

    /// <summary>All files together, in whole blocks, records of invalidations included.</summary>
    public long MaxBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>The same for one database. A quarter of the whole, as in memory.</summary>
    public long MaxBytesPerDatabase { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// Memory for knowing what is where, besides that of the cached answers: some 200 bytes for each, so that 64 MiB are enough for 300,000
    /// answers, which a gibibyte holds at 3 KB each. Above it the oldest files go.
    /// </summary>
    public long MaxIndexBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Answers that wait to be written. What comes while it is full is not written: nobody waits for a disk.</summary>
    public long MaxQueuedBytes { get; set; } = 16L * 1024 * 1024;

    /// <summary>Databases live on the same disks, perhaps: what a scan evicts must not take these from them.</summary>
    public long MaxWrittenBytesPerSecond { get; set; } = 32L * 1024 * 1024;

    /// <summary>Answers that are read at once; those beyond are asked of the database.</summary>
    public int MaxReads { get; set; } = 32;

    /// <summary>How often answers in memory that are not on disk yet are offered to it: what is lost when the process is killed.</summary>
    public TimeSpan OfferPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What has less time left than this is not worth a write: a restart takes as long.</summary>
    public TimeSpan MinRest { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop may go on writing what is in memory: less than half of the time in which a stop has to be done.</summary>
    public TimeSpan StopTime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>For whom the answers are. A folder of somebody else's is emptied.</summary>
    public string Owner { get; set; } = "platform";

    /// <summary>The present run of the machine. What was written in an earlier one counts only if it was closed.</summary>
    internal Func<string> BootId { get; set; } = static () => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    internal void Validate(List<string> errors)
    {
        if (MaxBytesPerDatabase < 16L * 1024 * 1024 || MaxBytes < MaxBytesPerDatabase)
        {
            errors.Add("The disk cache's MaxBytesPerDatabase must be 16 MiB at least, and MaxBytes no less than it.");
        }
        if (MaxIndexBytes < 1024 * 1024 || MaxQueuedBytes < 64 * 1024 || MaxWrittenBytesPerSecond < 1024 * 1024 || MaxReads < 1)
        {
            errors.Add(
                "The disk cache's MaxIndexBytes and MaxWrittenBytesPerSecond must be a MiB at least, MaxQueuedBytes 64 KiB, and MaxReads 1."
            );
        }
        if (OfferPeriod <= TimeSpan.Zero || MinRest < TimeSpan.Zero || StopTime < TimeSpan.Zero || Folder.Length == 0)
        {
            errors.Add("The disk cache needs a Folder, an OfferPeriod above zero, and MinRest and StopTime not below it.");
        }
    }
}
