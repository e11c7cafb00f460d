using Dormouse.Contracts;

namespace Dormouse.Instances.Dumps;

/// <summary>The failures of this slice, each with its page in <c>docs/diagnostics</c>.</summary>
internal static class DumpFailures
{
    public static DormouseException ToolMissing(string tool, string image) =>
        new(
            FailureKind.Host,
            "DM3520",
            $"The PostgreSQL image {image} has no '{tool}'. 'dormouse image list' tells why it is as it is; the image of Debian's packages has "
                + "all tools."
        );

    public static DormouseException ExportFailed(DatabaseId id, string reason) =>
        new(
            FailureKind.Postgres,
            "DM3521",
            $"The database {id} was not exported: {Printable(reason)}. What was written so far is no whole dump."
        );

    public static DormouseException ImportFailed(DatabaseId id, string reason) =>
        new(
            FailureKind.Postgres,
            "DM3522",
            $"The dump was not imported into {id}: {Printable(reason)}. Nothing was changed, unless it commits by itself."
        );

    public static DormouseException NotEmpty(DatabaseId id, string first, string count) =>
        new(
            FailureKind.Conflict,
            "DM3523",
            $"The database {id} is not empty: it has {Printable(first)}, and {count} objects in all. Import into a new database, or say --into-existing: "
                + "what clashes then makes the whole import fail."
        );

    public static DormouseException UnknownForm(string what, string advice) =>
        new(FailureKind.Caller, "DM3524", $"The dump cannot be imported: {what}. {advice}");

    public static DormouseException CutShort() =>
        new(
            FailureKind.Caller,
            "DM3525",
            "The dump ends before its end: the last line of pg_dump is missing. Use another copy. Nothing was changed."
        );

    /// <summary>The words of a program may quote anything, and the message goes to a terminal.</summary>
    private static string Printable(string words) => new([.. words.Select(letter => char.IsControl(letter) ? ' ' : letter)]);
}
