using Dormouse.Contracts;

namespace Dormouse.Instances.Swap;

/// <summary>The failures of this slice, each with its page in <c>docs/diagnostics</c>.</summary>
internal static class ZramFailures
{
    public static DormouseException NeedsRoot() =>
        new(
            FailureKind.Host,
            "DM3420",
            "Only root may set up zram, and the platform runs as an ordinary user. Run it as root, or leave out --zram and let the host set up swap."
        );

    public static DormouseException NotInKernel() =>
        new(
            FailureKind.Host,
            "DM3421",
            "The kernel of this host has no zram, and its module cannot be loaded. Leave out --zram, or boot a kernel that has it; a swap file "
                + "does the same, slower."
        );

    public static DormouseException CannotSetUp(long bytes, Exception cause) =>
        new(
            FailureKind.Host,
            "DM3422",
            $"{bytes >> 20} MiB of zram could not be set up: {cause.Message} Ask for less by --zram, or leave it out.",
            cause
        );

    public static DormouseException CannotUndo(string device, Exception cause) =>
        new(
            FailureKind.Host,
            "DM3423",
            $"The zram device {device} of this platform could not be undone: {cause.Message} What is in it has to fit into memory. Start with "
                + "the same --zram as before, or let './dormouse down' stop the databases first.",
            cause
        );
}
