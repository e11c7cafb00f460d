using Dormouse.Contracts;

namespace Dormouse.Instances.Upgrades;

/// <summary>The failures of this slice, each with its page in <c>docs/diagnostics</c>.</summary>
internal static class UpgradeFailures
{
    public static DormouseException NoSuchMajor(int major, IEnumerable<int> known) =>
        new(
            FailureKind.Caller,
            "DM3550",
            $"There is no image of PostgreSQL {major}, and none can be made: this version knows where to find {string.Join(" and ", known.Order())}."
        );

    public static DormouseException NotUpward(int major, int current) =>
        new(
            FailureKind.Caller,
            "DM3551",
            $"The database runs on PostgreSQL {current}, from which an upgrade leads to a higher major version, not to {major}. After an upgrade, "
                + "'dormouse db upgrade NAME --back' leads back; to any other version, 'db export' and 'db import' move the data."
        );

    public static DormouseException CannotCarry(DatabaseId id, string what) =>
        new(
            FailureKind.Conflict,
            "DM3552",
            $"The upgrade of {id} would lose what a dump of its tenant's does not hold: {Printable(what)}. Drop that, or move it by hand with "
                + "'db export' and 'db import'. The database is as it was."
        );

    public static DormouseException Failed(DatabaseId id, string reason, Exception? cause = null) =>
        new(
            FailureKind.Postgres,
            "DM3553",
            $"The upgrade of {id} failed, and the database is as it was: {Printable(reason.TrimEnd('.'))}.",
            cause
        );

    public static DormouseException UnderWay(DatabaseId id) =>
        new(
            FailureKind.ComputeAsleep,
            "DM3554",
            $"The database {id} is being upgraded to another major version of PostgreSQL. Try again when that is done; nothing is lost."
        );

    public static DormouseException NotConfirmed(DatabaseId id, string? version) =>
        new(
            FailureKind.Conflict,
            "DM3555",
            $"The last upgrade of {id} was not confirmed: its data from before (PostgreSQL {version ?? "of an earlier version"}) is kept. Say "
                + "'dormouse db upgrade NAME --confirm' or '--back' first."
        );

    public static DormouseException NothingToConfirm(DatabaseId id) =>
        new(FailureKind.Conflict, "DM3556", $"There is no upgrade of {id} to confirm or to take back: no data from before is kept.");

    public static DormouseException TooManyAtOnce(int max) =>
        new(FailureKind.RateLimited, "DM3557", $"{max} upgrades wait already for their turn. Try again when some are done.");

    public static DormouseException ImageLacks(DatabaseId id, string version, string extension) =>
        new(
            FailureKind.Host,
            "DM3558",
            $"The database {id} has the extension '{Printable(extension)}', and the image of PostgreSQL {version} does not. The database is as it was."
        );

    /// <summary>Names and words of programs may be anything, and the message goes to a terminal.</summary>
    private static string Printable(string words) => new([.. words.Take(2000).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
}
