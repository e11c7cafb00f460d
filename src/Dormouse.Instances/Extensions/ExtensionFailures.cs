using Dormouse.Contracts;
using Dormouse.Instances.Images;

namespace Dormouse.Instances.Extensions;

/// <summary>The failures of this slice, each with its page in <c>docs/diagnostics</c>.</summary>
internal static class ExtensionFailures
{
    private const int NameCharsShown = 64;

    public static DormouseException NotAllowed(string name, IEnumerable<string> allowed) =>
        new(
            FailureKind.Caller,
            "DM3540",
            $"The extension '{Printable(name)}' is not allowed in databases of this platform, or there is none of that name. "
                + $"Allowed are: {string.Join(", ", allowed)}."
        );

    public static DormouseException NotInImage(string name, PostgresImage image) =>
        new(
            FailureKind.Host,
            "DM3541",
            $"The extension '{name}' is allowed, and the database's image (PostgreSQL {image.Version}) does not have it. 'dormouse image list' tells why "
                + "an image is as it is; one that 'dormouse image pull' makes is taken at the database's next cold start."
        );

    public static DormouseException Refused(string name, string reason, Exception? cause) =>
        new(
            FailureKind.Postgres,
            "DM3542",
            $"PostgreSQL does not add or remove the extension '{name}': {Printable(reason, int.MaxValue)}. Nothing was changed.",
            cause
        );

    public static DormouseException NotThere(string name) =>
        new(
            FailureKind.NotFound,
            "DM3543",
            $"The database does not have the extension '{name}'. 'dormouse db extension list' tells which it has."
        );

    public static DormouseException Unreachable(DatabaseId id, Exception cause) =>
        new(
            FailureKind.Compute,
            "DM3544",
            $"The database {id} could not be asked for its extensions: {Printable(cause.Message, int.MaxValue)}",
            cause
        );

    /// <summary>A name may be anything, and the message goes to a terminal.</summary>
    private static string Printable(string text, int charsMax = NameCharsShown) =>
        new([.. text.Take(charsMax).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
}
