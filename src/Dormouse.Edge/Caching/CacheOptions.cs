using Dormouse.Edge.Caching.Disk;

namespace Dormouse.Edge.Caching;

/// <summary>What cached answers may take, and how long they may be kept.</summary>
public sealed class CacheOptions
{
    /// <summary>
    /// Memory of all cached answers together, their metadata included. 256 MiB hold a hundred thousand answers of 2 KB; 0 switches the
    /// cache off.
    /// </summary>
    public long MaxBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>The same for one database. A quarter of the whole: four busy ones may be full at once.</summary>
    public long MaxBytesPerDatabase { get; set; } = 64L * 1024 * 1024;

    /// <summary>The largest answer that is kept. 1 MiB is a page of a thousand rows; one answer must not push out thousands.</summary>
    public int MaxEntryBytes { get; set; } = 1024 * 1024;

    /// <summary>Tags of one answer. The hosted service takes 5; each costs some hundred bytes, so there is room for more.</summary>
    public int MaxTags { get; set; } = 16;

    /// <summary>Letters of one tag. The hosted service takes 64.</summary>
    public int MaxTagLength { get; set; } = 128;

    /// <summary>Tags in one call of <c>invalidate</c>.</summary>
    public int MaxTagsPerInvalidation { get; set; } = 100;

    /// <summary>The longest that a strategy may ask for, time to live and stale time together; more is taken as this. A year, as in HTTP.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromDays(365);

    /// <summary>
    /// Background refreshes at once, of all databases. Each takes a server connection, and people who wait for one go first, so there
    /// must be far fewer of them than requests.
    /// </summary>
    public int MaxRefreshes { get; set; } = 32;

    /// <summary>The same for one database: half of the connections that it has by default, less one.</summary>
    public int MaxRefreshesPerDatabase { get; set; } = 4;

    /// <summary>
    /// How long after its time an answer may still be given when the database cannot be asked; zero: never, the failure is told instead.
    /// Off by default, since nobody should get older answers than he asked for without having said so.
    /// </summary>
    public TimeSpan StaleOnError { get; set; } = TimeSpan.Zero;

    /// <summary>How often answers whose time is over are looked for. Until then their memory counts, and goes first when it is needed.</summary>
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where answers go that leave memory, and come back from after a restart. Null: nowhere.</summary>
    public DiskCacheOptions? Disk { get; set; }

    internal bool IsOn => MaxBytes > 0;

    internal void Validate(List<string> errors)
    {
        if (MaxBytes < 0 || (IsOn && MaxBytes < 1024 * 1024))
        {
            errors.Add("The cache's MaxBytes must be 0 (off) or a MiB at least.");
        }
        if (IsOn && (MaxBytesPerDatabase < 256 * 1024 || MaxBytesPerDatabase > MaxBytes))
        {
            errors.Add("The cache's MaxBytesPerDatabase must be 256 KiB at least and no more than MaxBytes.");
        }
        if (MaxEntryBytes < 1024 || (IsOn && MaxEntryBytes > MaxBytesPerDatabase / 8))
        {
            errors.Add("The cache's MaxEntryBytes must be 1024 at least and no more than an eighth of MaxBytesPerDatabase.");
        }
        if (MaxTags is < 1 or > 64 || MaxTagLength is < 1 or > 1024 || MaxTagsPerInvalidation < 1)
        {
            errors.Add("The cache's MaxTags must be 1 to 64, MaxTagLength 1 to 1024, and MaxTagsPerInvalidation 1 at least.");
        }
        if (MaxRefreshesPerDatabase < 1 || MaxRefreshes < MaxRefreshesPerDatabase)
        {
            errors.Add("The cache's MaxRefreshesPerDatabase must be 1 at least and MaxRefreshes no less than it.");
        }
        if (MaxLifetime <= TimeSpan.Zero || SweepPeriod <= TimeSpan.Zero || StaleOnError < TimeSpan.Zero)
        {
            errors.Add("The cache's MaxLifetime and SweepPeriod must be above zero, and StaleOnError not below it.");
        }
        Disk?.Validate(errors);
    }
}
