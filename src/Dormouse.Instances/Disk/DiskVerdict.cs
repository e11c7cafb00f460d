using System.Globalization;
using Dormouse.Contracts;

namespace Dormouse.Instances.Disk;

/// <summary>What a database may do and why.</summary>
/// <param name="Limit">What it reached; null where it is the host's disk that is nearly full.</param>
internal readonly record struct DiskVerdict(DiskRule Rule, DiskLimit? Limit)
{
    private const string Delete = "DELETE alone makes room for new rows and gives no disk back: TRUNCATE, DROP and VACUUM FULL do.";

    private const string Host =
        "The disk of the host is nearly full, so no database may grow. Reading and deleting go on, and what reads cannot write by its functions. "
        + "Whoever runs the host has to make room.";

    /// <summary>For the person who is refused.</summary>
    /// <param name="bytes">What it takes.</param>
    public string Why(long bytes) =>
        (Limit, Rule) switch
        {
            (null, _) => Host,
            ({ } limit, DiskRule.NoGrowth) => Takes(bytes, limit) + " Reading and deleting go on. " + Delete,
            ({ } limit, DiskRule.ReadAndDelete) => Takes(bytes, limit)
                + $" It came to its hard limit of {Mebibytes(limit.HardBytes)} MiB, so what reads cannot write by its functions either. Deleting goes on. "
                + Delete,
            ({ } limit, _) => Takes(bytes, limit)
                + $" It grew on at its hard limit of {Mebibytes(limit.HardBytes)} MiB, by deletions that write. Reading goes on, and DROP makes room.",
        };

    private static string Takes(long bytes, DiskLimit limit) =>
        $"The database takes {Mebibytes(bytes)} MiB of disk, and {Mebibytes(limit.SoftBytes)} MiB are allowed.";

    private static string Mebibytes(long bytes) => (bytes / (double)(1 << 20)).ToString("0.0", CultureInfo.InvariantCulture);
}

/// <summary>
/// A stay at the hard limit. At its beginning there are those who still write and are about to be ended, so what it takes is settled only after a
/// while; from then on it may shrink, and grow by what deletions need.
/// </summary>
/// <param name="since">When it began, a timestamp of the watch's clock.</param>
internal sealed class HardStay(long since)
{
    private long? settled;

    public long Since => since;

    /// <param name="bytes">What the database takes now.</param>
    /// <param name="isSettled">Whether those who wrote at the beginning are ended by now.</param>
    public DiskRule At(long bytes, bool isSettled)
    {
        settled = isSettled ? Math.Min(settled ?? bytes, bytes) : null;
        return bytes > settled + DiskOptions.LeewayMin ? DiskRule.ReadAndDrop : DiskRule.ReadAndDelete;
    }
}
