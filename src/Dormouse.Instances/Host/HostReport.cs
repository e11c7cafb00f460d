using System.Globalization;

namespace Dormouse.Instances.Host;

/// <summary>
/// What the host offers: each check in a line with what Dormouse will do with it and what a person can improve. Looks only; changes
/// nothing but a probe file in the data folder.
/// </summary>
public sealed class HostReport
{
    /// <summary>An idle instance has 6 to 7 processes: below this number hosts of a few thousand databases run out of ids.</summary>
    private const long ComfortablePids = 100_000;

    /// <summary>Each awake database costs the platform a few descriptors; the usual hard limit of systemd is above this.</summary>
    private const long ComfortableOpenFiles = 65_536;

    /// <summary>The image, the packages it is made from and a few dozen databases.</summary>
    private const long ComfortableDiskBytes = 4L << 30;

    /// <summary>The image alone needs about this much while it is made.</summary>
    private const long NeededDiskBytes = 700L << 20;

    private const long ComfortableMemoryBytes = 1L << 30;

    private HostReport(IReadOnlyList<HostCheck> checks) => Checks = checks;

    public IReadOnlyList<HostCheck> Checks { get; }

    public bool HasProblems => Checks.Any(check => check.Verdict == HostVerdict.Problem);

    /// <param name="dataPath">The data folder; made if it is not there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<HostReport> InspectAsync(string dataPath, CancellationToken cancellationToken) =>
        Judge(await HostFacts.ReadAsync(dataPath, cancellationToken));

    internal static HostReport Judge(HostFacts facts) =>
        new([
            new HostCheck("system", facts.System, HostVerdict.Ok, "Instances run as sandboxed processes", null),
            Sandbox(facts),
            Users(facts),
            Cgroups(facts),
            ImageSources(facts),
            Processes(facts),
            OpenFiles(facts),
            Reflinks(facts),
            DiskLimit(facts),
            Disk(facts),
            Memory(facts),
            Swap(facts),
            new HostCheck("cores", Text(facts.Cores), HostVerdict.Ok, "Sleeping databases use none of them", null),
            Kvm(facts),
        ]);

    private static HostCheck Sandbox(HostFacts facts)
    {
        const string name = "sandbox";
        if (facts.Bubblewrap is null)
        {
            return new HostCheck(
                name,
                "bubblewrap is missing",
                HostVerdict.Problem,
                "No instance can start",
                "Install the package bubblewrap"
            );
        }
        if (facts.SandboxFailure is null)
        {
            string by = facts.HasAppArmorProfile ? $", by the AppArmor profile {AppArmorProfile.Path}" : "";
            return new HostCheck(
                name,
                facts.Bubblewrap + by,
                HostVerdict.Ok,
                "Every instance has namespaces of its own and no network",
                null
            );
        }
        string advice = facts.IsRestrictedByAppArmor
            ? "AppArmor keeps user namespaces from plain programs here: run './dormouse up' once as root, which gives bwrap a profile that allows "
                + "'userns' unless it has one already, or set the sysctl kernel.apparmor_restrict_unprivileged_userns to 0"
            : "Allow user namespaces: sysctl user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1 where it exists; "
                + "in a container run it with the namespaces allowed";
        return new HostCheck(
            name,
            $"{facts.Bubblewrap} cannot make one ({facts.SandboxFailure})",
            HostVerdict.Problem,
            "No instance can start",
            advice
        );
    }

    private static HostCheck Users(HostFacts facts) =>
        (facts.IsRoot, facts.HasSetpriv) switch
        {
            (true, true) => new HostCheck("users", "running as root", HostVerdict.Ok, "Every instance has a user id of its own", null),
            (true, false) => new HostCheck(
                "users",
                "running as root, setpriv is missing",
                HostVerdict.Problem,
                "PostgreSQL refuses to run as root",
                "Install the package util-linux"
            ),
            _ => new HostCheck(
                "users",
                "running as an ordinary user",
                HostVerdict.Ok,
                "All instances run as this user, kept apart by their namespaces",
                null
            ),
        };

    private static HostCheck Cgroups(HostFacts facts)
    {
        string[] wanted = ["memory", "pids"];
        if (!wanted.Except(facts.UnifiedControllers).Any())
        {
            string value = "version 2 with " + string.Join(", ", facts.UnifiedControllers);
            return facts.IsRoot
                ? new HostCheck("cgroups", value, HostVerdict.Ok, "Limits, freezing and reclaim go through them", null)
                : new HostCheck(
                    "cgroups",
                    value,
                    HostVerdict.Note,
                    "Used where a group is delegated to this user, else signals freeze",
                    "Run under 'systemd-run --user --scope -p Delegate=yes', or as root"
                );
        }
        if (!wanted.Except(facts.OldControllers).Any())
        {
            return new HostCheck(
                "cgroups",
                "version 1 with " + string.Join(", ", facts.OldControllers),
                facts.IsRoot ? HostVerdict.Ok : HostVerdict.Note,
                facts.IsRoot ? "Limits, freezing and reclaim go through them" : "Out of an ordinary user's reach, so signals freeze",
                facts.IsRoot ? null : "Run as root to use them"
            );
        }
        return new HostCheck(
            "cgroups",
            "no controllers for memory and processes",
            HostVerdict.Note,
            "Signals freeze instances, and their memory has no hard limit",
            "Boot with cgroup version 2"
        );
    }

    private static HostCheck ImageSources(HostFacts facts)
    {
        const string name = "image sources";
        if (facts is { HasApt: true, HasDebianKeyring: true, Mirror: not null })
        {
            return new HostCheck(
                name,
                "apt, Debian's keyring and a mirror",
                HostVerdict.Ok,
                "PostgreSQL comes from Debian's packages",
                null
            );
        }
        if (facts.HasApt)
        {
            string[] missing =
            [
                .. facts.HasDebianKeyring ? [] : new[] { "debian-archive-keyring" },
                .. facts.Mirror is null ? ["debootstrap"] : Array.Empty<string>(),
            ];
            return new HostCheck(
                name,
                $"apt, without {string.Join(" and ", missing)}",
                HostVerdict.Ok,
                "apt fetches what is missing without installing it, then PostgreSQL comes from Debian's packages",
                null
            );
        }
        return facts.HasNpm
            ? new HostCheck(
                name,
                "npm, no apt",
                HostVerdict.Note,
                "PostgreSQL comes from an npm package: no pg_dump, fewer extensions, older libraries",
                "Use Debian or Ubuntu for the full image"
            )
            : new HostCheck(name, "neither apt nor npm", HostVerdict.Problem, "No image can be made", "Install Node.js with npm");
    }

    private static HostCheck Processes(HostFacts facts) =>
        facts.PidsMax >= ComfortablePids
            ? new HostCheck("pid_max", Text(facts.PidsMax), HostVerdict.Ok, "Enough process ids for thousands of frozen instances", null)
            : new HostCheck(
                "pid_max",
                Text(facts.PidsMax),
                HostVerdict.Note,
                $"Room for about {facts.PidsMax / 8} instances that are not stopped",
                "Raise the sysctl kernel.pid_max to 4194304"
            );

    private static HostCheck OpenFiles(HostFacts facts) =>
        facts.OpenFilesMax >= ComfortableOpenFiles
            ? new HostCheck(
                "open files",
                facts.OpenFilesMax == long.MaxValue ? "no limit" : Text(facts.OpenFilesMax),
                HostVerdict.Ok,
                "Enough for thousands of connections",
                null
            )
            : new HostCheck(
                "open files",
                Text(facts.OpenFilesMax),
                HostVerdict.Note,
                "The number of connections is bounded by it",
                "Raise the hard limit (ulimit -Hn, LimitNOFILE) to 1048576"
            );

    private static HostCheck Reflinks(HostFacts facts) =>
        facts.HasReflinks
            ? new HostCheck(
                "reflinks",
                $"yes ({facts.FileSystem})",
                HostVerdict.Ok,
                "A new database shares its blocks with the template",
                null
            )
            : new HostCheck(
                "reflinks",
                $"no ({facts.FileSystem})",
                HostVerdict.Note,
                "A new database is a full copy of the template, about 17 MB",
                "Put the data folder on XFS or Btrfs"
            );

    private static HostCheck DiskLimit(HostFacts facts) =>
        facts.HasProjectQuota
            ? new HostCheck(
                "disk limit",
                "project quota",
                HostVerdict.Ok,
                "The file system refuses what a database writes beyond its hard limit",
                null
            )
            : new HostCheck(
                "disk limit",
                "no project quota",
                HostVerdict.Note,
                "Who writes beyond the hard limit is ended once that is seen, by looks each second, and cannot begin anew",
                "Where tenants mean harm, run as root with the data folder on ext4 (made with -O quota,project) or XFS, mounted with prjquota"
            );

    private static HostCheck Disk(HostFacts facts) =>
        new(
            "free disk",
            Gigabytes(facts.FreeDiskBytes),
            facts.FreeDiskBytes < NeededDiskBytes ? HostVerdict.Problem
                : facts.FreeDiskBytes < ComfortableDiskBytes ? HostVerdict.Note
                : HostVerdict.Ok,
            "Image, packages and databases lie in the data folder",
            facts.FreeDiskBytes < ComfortableDiskBytes ? "Free some space or choose another data folder" : null
        );

    private static HostCheck Memory(HostFacts facts) =>
        new(
            "memory",
            Gigabytes(facts.MemoryBytes),
            facts.MemoryBytes < ComfortableMemoryBytes ? HostVerdict.Note : HostVerdict.Ok,
            "An idle database takes about 8 MB, a reclaimed one less",
            null
        );

    private static HostCheck Swap(HostFacts facts) =>
        facts.SwapBytes > 0
            ? new HostCheck(
                "swap",
                (facts.HasZram ? "zram, " : "") + Gigabytes(facts.SwapBytes),
                HostVerdict.Ok,
                "Memory of frozen instances can leave it",
                facts.HasZram ? null : "zram wakes faster than a disk"
            )
            : new HostCheck(
                "swap",
                "none",
                HostVerdict.Note,
                "Frozen instances keep their private memory",
                facts.IsRoot ? "Start it with --zram MIB" : "Set up zram (package zram-tools), or run as root with --zram MIB"
            );

    private static HostCheck Kvm(HostFacts facts) =>
        facts switch
        {
            { HasKvmDevice: true, HasVirtualisation: true } => new HostCheck(
                "kvm",
                "yes",
                HostVerdict.Ok,
                "Not used by the process driver",
                null
            ),
            { HasKvmDevice: true } => new HostCheck(
                "kvm",
                "/dev/kvm without vmx or svm",
                HostVerdict.Ok,
                "Too slow to run guests; the process driver needs none",
                null
            ),
            _ => new HostCheck("kvm", "no", HostVerdict.Ok, "The process driver needs none", null),
        };

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
