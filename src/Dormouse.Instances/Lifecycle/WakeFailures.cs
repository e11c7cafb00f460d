using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>The failures of this slice, each with its page in <c>docs/diagnostics</c>.</summary>
internal static class WakeFailures
{
    public static DormouseException NoSuchInstance(DatabaseId id) =>
        new(FailureKind.NotFound, "DM3400", $"There is no database {id} on this host. Check the id with 'dormouse db list'.");

    public static DormouseException StartFailed(DatabaseId id, string reason, Exception? cause) =>
        new(
            FailureKind.ComputeAsleep,
            "DM3401",
            $"The database {id} could not be woken: {reason} The next request tries again; its 'postgres.log' may say more.",
            cause
        );

    public static DormouseException WakeTimedOut(DatabaseId id, TimeSpan timeout) =>
        new(
            FailureKind.ComputeAsleep,
            "DM3402",
            $"The database {id} was not awake within {timeout.TotalSeconds:0.###} s. It may still be on its way: try again."
        );

    public static DormouseException TooManyWaiters(DatabaseId id, int waitersMax) =>
        new(FailureKind.RateLimited, "DM3403", $"{waitersMax} requests wait already for the database {id} to wake. Try again in a moment.");

    public static DormouseException InUse(DatabaseId id, int leases) =>
        new(
            FailureKind.Conflict,
            "DM3404",
            $"The database {id} is in use ({leases} at this moment) and stays awake. Try again when it is idle."
        );

    public static DormouseException CannotReclaim(string? reclaimer) =>
        new(
            FailureKind.Host,
            "DM3415",
            reclaimer is null
                ? "This host offers no way to move the memory of a frozen database to swap. Run as root with control groups for memory."
                : "There is no free swap for the memory of a frozen database. Start the platform with --zram, or set up another swap."
        );

    public static DormouseException ImageMissing(DatabaseId id, string digest) =>
        new(
            FailureKind.ComputeAsleep,
            "DM3405",
            $"The database {id} could not be woken: its PostgreSQL image {digest} is not on this host. Restore it or bring it with 'dormouse image pull'."
        );

    public static DormouseException Deleted(DatabaseId id) =>
        new(FailureKind.NotFound, "DM3407", $"The database {id} was deleted while the request waited for it.");

    public static DormouseException CannotStop(DatabaseId id) =>
        new(
            FailureKind.Internal,
            "DM3409",
            $"Processes of the database {id} are left although they were killed; the kernel holds them, most likely because of a disk that "
                + "does not answer. They are ended again at the next wake or sleep."
        );

    public static DormouseException CannotFreeze(DatabaseId id, Exception cause) =>
        new(FailureKind.Internal, "DM3411", $"The database {id} could not be frozen and stays awake: {cause.Message}", cause);

    public static DormouseException ShuttingDown(DatabaseId id) =>
        new(
            FailureKind.ComputeAsleep,
            "DM3412",
            $"The database {id} cannot be woken, because this platform is shutting down. Try again soon."
        );

    public static DormouseException CreateFailed(DatabaseId id, Exception cause) =>
        new(
            FailureKind.Host,
            "DM3414",
            $"The database {id} could not be made: {cause.Message} Look at the free space and the rights of the data folder, then repeat the call.",
            cause
        );

    /// <summary>Without the reason, which names folders of the host: who asks may be a tenant's app.</summary>
    public static DormouseException LeftAlone(DatabaseId id) =>
        new(
            FailureKind.ComputeAsleep,
            "DM3416",
            $"The database {id} could not be taken over when the platform started, and is left as it is. 'dormouse db show' says why to whoever runs "
                + "the platform: that is to be mended, and the platform started again."
        );

    public static DormouseException NoUidLeft(int firstUid, int count) =>
        new(
            FailureKind.Quota,
            "DM3413",
            $"All {count} user numbers from {firstUid} on are taken by instances of this host. Delete databases that nobody needs."
        );
}
