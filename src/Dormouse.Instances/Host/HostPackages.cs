using Dormouse.Contracts;

namespace Dormouse.Instances.Host;

/// <summary>A program that the platform needs and the package of Debian and Ubuntu that brings it.</summary>
public sealed record HostPackage(string Program, string Package);

/// <summary>Installs by name what the host lacks where root or password-less sudo allows, else says what to install.</summary>
public static class HostPackages
{
    /// <summary>What the process driver cannot do without.</summary>
    public static readonly IReadOnlyList<HostPackage> Needed =
    [
        new("bwrap", "bubblewrap"),
        new("setpriv", "util-linux"),
        new("unshare", "util-linux"),
        new("mount", "mount"),
    ];

    /// <exception cref="DormouseException">DM1050: a package is missing and cannot be installed from here.</exception>
    public static async Task EnsureAsync(IReadOnlyList<HostPackage> needed, IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(needed);
        ArgumentNullException.ThrowIfNull(progress);
        string[] missing = Missing(needed);
        if (missing.Length == 0)
        {
            return;
        }
        if (HostCommand.Find("apt-get") is null || await HostPrivilege.FindAsync(cancellationToken) is not { } privilege)
        {
            throw NotInstalled(missing, "neither root nor password-less sudo with apt is available");
        }
        progress.Report($"Installing {string.Join(", ", missing)} with apt-get");
        HostCommandResult result = await InstallAsync(privilege, missing, cancellationToken);
        if (!result.Succeeded)
        {
            // A fresh machine or container often has no package lists yet.
            await AptGet(privilege, ["update"]).RunAsync(cancellationToken);
            result = await InstallAsync(privilege, missing, cancellationToken);
        }
        if (Missing(needed) is { Length: > 0 } still)
        {
            throw NotInstalled(still, $"apt-get said: {result.LastWords}");
        }
    }

    internal static DormouseException NotInstalled(IReadOnlyList<string> packages, string reason) =>
        new(
            FailureKind.Host,
            "DM1050",
            $"The host lacks {(packages.Count == 1 ? "the package" : "the packages")} {string.Join(", ", packages)}, and it could not be "
                + $"installed here ({reason}). Run: sudo apt-get install -y {string.Join(' ', packages)}"
        );

    private static string[] Missing(IReadOnlyList<HostPackage> needed) =>
        [.. needed.Where(package => HostCommand.Find(package.Program) is null).Select(package => package.Package).Distinct()];

    private static Task<HostCommandResult> InstallAsync(string[] privilege, string[] packages, CancellationToken cancellationToken) =>
        AptGet(privilege, ["install", "-y", "--no-install-recommends", .. packages]).RunAsync(cancellationToken);

    private static HostCommand AptGet(string[] privilege, string[] arguments)
    {
        string[] words =
        [
            .. privilege,
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-q",
            "-o",
            "DPkg::Lock::Timeout=120",
            .. arguments,
        ];
        return new HostCommand(words[0], words[1..]);
    }
}
