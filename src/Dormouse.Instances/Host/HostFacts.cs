using System.Globalization;
using System.Runtime.InteropServices;
using Dormouse.Instances.Disk;
using Dormouse.Instances.Images;

namespace Dormouse.Instances.Host;

/// <summary>What was found on the host, before anybody judges it.</summary>
internal sealed record HostFacts
{
    public required string System { get; init; }

    /// <summary>Controllers of the unified tree that groups below its root can use.</summary>
    public required IReadOnlyList<string> UnifiedControllers { get; init; }

    /// <summary>Controllers that are mounted the old way, one tree each.</summary>
    public required IReadOnlyList<string> OldControllers { get; init; }

    public required bool IsRoot { get; init; }
    public required string? Bubblewrap { get; init; }
    public required bool HasSetpriv { get; init; }

    /// <summary>Null: a sandbox was made and ended well; else what bubblewrap said.</summary>
    public required string? SandboxFailure { get; init; }

    /// <summary>Whether Ubuntu's rule forbids user namespaces to programs without a profile.</summary>
    public required bool IsRestrictedByAppArmor { get; init; }

    /// <summary>Whether we gave bubblewrap one.</summary>
    public required bool HasAppArmorProfile { get; init; }

    public required long PidsMax { get; init; }
    public required long OpenFilesMax { get; init; }
    public required bool HasReflinks { get; init; }
    public required bool HasProjectQuota { get; init; }
    public required string FileSystem { get; init; }
    public required long FreeDiskBytes { get; init; }
    public required long MemoryBytes { get; init; }
    public required long SwapBytes { get; init; }
    public required bool HasZram { get; init; }
    public required int Cores { get; init; }
    public required bool HasKvmDevice { get; init; }
    public required bool HasVirtualisation { get; init; }
    public required bool HasApt { get; init; }
    public required bool HasDebianKeyring { get; init; }
    public required string? Mirror { get; init; }
    public required bool HasNpm { get; init; }

    /// <param name="dataPath">The data folder; made if it is not there.</param>
    /// <param name="cancellationToken">Ends the sandbox that is tried.</param>
    public static async Task<HostFacts> ReadAsync(string dataPath, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(dataPath);
        string[] swaps = Lines("/proc/swaps").Skip(1).ToArray();
        string? bubblewrap = HostCommand.Find("bwrap");
        var drive = new DriveInfo(dataPath);
        return new HostFacts
        {
            System = SystemName(),
            UnifiedControllers = UnifiedTreeControllers(),
            OldControllers = OldTreeControllers(),
            IsRoot = HostDisk.IsRoot,
            Bubblewrap = bubblewrap is null ? null : await VersionAsync(bubblewrap, cancellationToken),
            HasSetpriv = HostCommand.Find("setpriv") is not null,
            SandboxFailure = bubblewrap is null ? "bubblewrap is not installed" : await TrySandboxAsync(cancellationToken),
            IsRestrictedByAppArmor = AppArmorProfile.IsRuleInForce,
            HasAppArmorProfile = AppArmorProfile.IsThere,
            PidsMax = Number("/proc/sys/kernel/pid_max"),
            OpenFilesMax = OpenFiles(),
            HasReflinks = TryReflink(dataPath),
            HasProjectQuota = ProjectQuota.TryFind(dataPath) is not null,
            FileSystem = drive.DriveFormat,
            FreeDiskBytes = drive.AvailableFreeSpace,
            MemoryBytes = MemoryLine("MemTotal:"),
            SwapBytes = MemoryLine("SwapTotal:"),
            HasZram = swaps.Any(line => line.Contains("zram", StringComparison.Ordinal)),
            Cores = Environment.ProcessorCount,
            HasKvmDevice = File.Exists("/dev/kvm"),
            HasVirtualisation = Lines("/proc/cpuinfo")
                .Any(line => line.StartsWith("flags", StringComparison.Ordinal) && line.Split(' ').Any(flag => flag is "vmx" or "svm")),
            HasApt = HostCommand.Find("apt-get") is not null && HostCommand.Find("dpkg-deb") is not null,
            HasDebianKeyring = DebianArchive.HasKeyring,
            Mirror = DebianMirror.FindInAptSources() ?? DebianMirror.FindInDebootstrap("/"),
            HasNpm = HostCommand.Find("npm") is not null,
        };
    }

    private static string SystemName()
    {
        string name = Lines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal)) ?? "Linux";
        return $"{name.Split('=')[^1].Trim('"')}, kernel {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture}";
    }

    private static List<string> UnifiedTreeControllers() =>
        CgroupMounts("cgroup2")
            .Select(fields => Path.Combine(fields[4], "cgroup.controllers"))
            .Where(File.Exists)
            .SelectMany(file => File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .ToList();

    private static List<string> OldTreeControllers() =>
        CgroupMounts("cgroup").SelectMany(fields => fields[^1].Split(',')).Intersect(["memory", "pids", "cpu", "freezer"]).ToList();

    private static IEnumerable<string[]> CgroupMounts(string kind) =>
        Lines("/proc/self/mountinfo")
            .Select(line => line.Split(' '))
            .Where(fields => Array.IndexOf(fields, "-") is var dash and > 0 && fields[dash + 1] == kind);

    private static async Task<string> VersionAsync(string bubblewrap, CancellationToken cancellationToken) =>
        (await HostCommand.Of(bubblewrap, "--version").RunAsync(cancellationToken)).Output.Trim();

    // The rules that can forbid a sandbox are many and differ by distribution: the honest test is to make one.
    internal static async Task<string?> TrySandboxAsync(CancellationToken cancellationToken)
    {
        string[] sandbox =
        [
            "bwrap",
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-net",
            "--unshare-uts",
            "--uid",
            "1000",
            "--gid",
            "1000",
            "--ro-bind",
            "/",
            "/",
            "--tmpfs",
            "/tmp",
            "true",
        ];
        string[] words = HostUsers.Template is { } user
            ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", .. sandbox]
            : sandbox;
        if (HostCommand.Find(words[0]) is null)
        {
            return $"{words[0]} is not installed";
        }
        HostCommandResult result = await new HostCommand(words[0], words[1..]).RunAsync(cancellationToken);
        return result.Succeeded ? null : result.LastWords;
    }

    private static bool TryReflink(string dataPath)
    {
        string probe = Path.Combine(dataPath, ".reflink-" + Guid.CreateVersion7().ToString("N"));
        try
        {
            File.WriteAllBytes(probe, new byte[4096]);
            using FileStream source = File.OpenRead(probe);
            using FileStream target = File.Create(probe + "-copy");
            return HostDisk.TryClone(source.SafeFileHandle, target.SafeFileHandle);
        }
        finally
        {
            File.Delete(probe);
            File.Delete(probe + "-copy");
        }
    }

    private static long OpenFiles()
    {
        string? line = Lines("/proc/self/limits").FirstOrDefault(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        string[] fields = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields.Length > 4 && long.TryParse(fields[4], CultureInfo.InvariantCulture, out long hard) ? hard : long.MaxValue;
    }

    private static long MemoryLine(string name)
    {
        string? line = Lines("/proc/meminfo").FirstOrDefault(text => text.StartsWith(name, StringComparison.Ordinal));
        return line is null
            ? 0
            : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static long Number(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file) : [];
}
