using Dormouse.Contracts;

namespace Dormouse.Instances.Backups;

/// <summary>The failures of this slice, each with its page in <c>docs/diagnostics</c>.</summary>
internal static class BackupFailures
{
    private const int DiskFull = 28;
    private const int QuotaExceeded = 122;

    public static DormouseException NoSuchBackup(string name, string place) =>
        new(
            FailureKind.NotFound,
            "DM3500",
            $"There is no backup '{Printable(name)}' in '{place}'. './dormouse db backup list' names those that there are; --from names another place."
        );

    public static DormouseException NoBackup(string name, string reason, Exception? cause = null) =>
        new(FailureKind.Caller, "DM3501", $"'{name}' is no backup that this version can read: {reason}. Nothing was restored.", cause);

    public static DormouseException OtherKey(string name, Exception? cause) =>
        new(
            FailureKind.Caller,
            "DM3502",
            $"The backup '{name}' was sealed with a key that is not here, so it cannot be opened. Give the key file of the platform that made "
                + "it (keys/1.key of its data folder) by --key. Nothing was restored.",
            cause
        );

    public static DormouseException Damaged(string name, Exception? cause = null) =>
        new(
            FailureKind.Caller,
            "DM3503",
            $"The backup '{name}' is damaged: a checksum does not hold. Use another copy or another backup. Nothing was restored.",
            cause
        );

    public static DormouseException CutShort(string name, Exception? cause = null) =>
        new(
            FailureKind.Caller,
            "DM3504",
            $"The backup '{name}' ends before its end: it was cut short, most likely when it was copied. Use another copy or another backup. "
                + "Nothing was restored.",
            cause
        );

    public static DormouseException TooLittleDisk(string path, long neededBytes, long freeBytes) =>
        new(
            FailureKind.Host,
            "DM3505",
            $"The disk of '{path}' has {Mebibytes(freeBytes)} MiB free and {Mebibytes(neededBytes)} MiB are needed. Make room, or use another "
                + "disk. Nothing was left behind."
        );

    public static DormouseException DiskIsFull(string path, Exception cause) =>
        new(FailureKind.Host, "DM3505", $"The disk of '{path}' is full. Make room, or use another disk. Nothing was left behind.", cause);

    public static DormouseException OtherServer(string name, string needed, string here) =>
        new(
            FailureKind.Caller,
            "DM3506",
            $"The backup '{name}' is of {needed}, and this host has {here}. A data directory opens only where both are the same: restore it "
                + "there, and move the data with a dump."
        );

    public static DormouseException PlaceFailed(string place, Exception cause) =>
        new(
            FailureKind.Host,
            "DM3507",
            $"The place '{place}' cannot be used: {cause.Message.TrimEnd('.')}. It must be a folder that the platform's user may write to.",
            cause
        );

    public static DormouseException RelativePlace(string place) =>
        new(FailureKind.Caller, "DM3507", $"The place '{Printable(place)}' cannot be used: it must be the full path of a folder.");

    public static DormouseException NoBucket(string place) =>
        new(
            FailureKind.Caller,
            "DM3507",
            $"The place '{Printable(place)}' cannot be used: it names no bucket, as s3://bucket/folder does."
        );

    public static DormouseException NoS3Settings(string path, string reason, Exception? cause) =>
        new(
            FailureKind.Host,
            "DM3530",
            $"The file '{path}' says how the S3 store is reached, and {reason}. It holds the JSON members endpoint, region, accessKeyId and "
                + "secretAccessKey.",
            cause
        );

    public static DormouseException StoreFailed(string store, string reason, Exception? cause) =>
        new(FailureKind.Host, "DM3531", $"The S3 store did not do its part ('{store}'): {Printable(reason.TrimEnd('.'))}.", cause);

    public static DormouseException TooManyAtOnce(int max) =>
        new(
            FailureKind.RateLimited,
            "DM3508",
            $"{max} backups, restores and copies wait already for their turn. Try again when some are done."
        );

    public static DormouseException CannotRead(DatabaseId id, string reason, Exception? cause) =>
        new(
            FailureKind.Compute,
            "DM3509",
            $"The data of {id} could not be read as a whole: {reason.TrimEnd('.')}. Nothing was left behind; try again.",
            cause
        );

    public static DormouseException DoesNotStart(DatabaseId id, string reason, Exception cause) =>
        new(
            FailureKind.Host,
            "DM3510",
            $"PostgreSQL does not start on the restored data of {id}: {reason.TrimEnd('.')}. What the database held before is in place again.",
            cause
        );

    public static DormouseException BadKey() =>
        new(
            FailureKind.Caller,
            "DM3511",
            "The key is not 64 hexadecimal digits. Give the key file of the platform that made the backup: keys/1.key of its data folder."
        );

    public static DormouseException IsBeingReplaced(DatabaseId id) =>
        new(FailureKind.Conflict, "DM3512", $"A backup is put in the place of what {id} holds already. Try again when that is done.");

    /// <summary>Failures of the file system while something is written below <paramref name="path"/>.</summary>
    public static DormouseException OfDisk(string path, Exception exception) =>
        exception.HResult is DiskFull or QuotaExceeded ? DiskIsFull(path, exception) : PlaceFailed(path, exception);

    /// <summary>A name may be anything, and the message goes to a terminal.</summary>
    private static string Printable(string name) => new([.. name.Take(200).Select(letter => char.IsControl(letter) ? '?' : letter)]);

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
