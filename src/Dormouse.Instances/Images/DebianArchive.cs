using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Dormouse.Contracts;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Images;

/// <summary>
/// Debian's packages of one suite, by the host's apt with a state folder of its own: nothing is installed, no root is needed, and the
/// host's package lists stay untouched. apt checks every download against Debian's keyring.
/// </summary>
internal sealed partial class DebianArchive(string folder, string suite, string? mirror)
{
    private const string NewerThanAny = "99:0";
    private const string Advice = "Check the network and the mirror, or choose another source for the image.";

    private static readonly string[] Keyrings =
    [
        "usr/share/keyrings/debian-archive-keyring.gpg",
        "usr/share/keyrings/debian-archive-keyring.pgp",
    ];

    private string updateTrouble = "";

    /// <summary>Whether Debian's keyring is installed; where not, apt can still fetch it.</summary>
    public static bool HasKeyring => Keyrings.Any(path => File.Exists("/" + path));

    private string ConfigPath => Path.Combine(folder, "apt.conf");

    private string StatusPath => Path.Combine(folder, "state/status");

    private string ArchivesPath => Path.Combine(folder, "cache/archives");

    private static string Architecture =>
        RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>Writes the private settings and fetches the suite's package lists.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (HostCommand.Find("apt-get") is null || HostCommand.Find("dpkg-deb") is null)
        {
            throw new DormouseException(FailureKind.Host, "DM3001", "This host has no apt: Debian's packages cannot be fetched.");
        }
        foreach (string path in (string[])["state/lists/partial", "cache/archives/partial"])
        {
            Directory.CreateDirectory(Path.Combine(folder, path));
        }
        string keyring = await FindKeyringAsync(cancellationToken);
        string address = mirror ?? DebianMirror.FindInAptSources() ?? await FindDefaultMirrorAsync(cancellationToken);
        await File.WriteAllTextAsync(StatusPath, "", cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "debian.sources"),
            $"Types: deb\nURIs: {address}\nSuites: {suite}\nComponents: main\nSigned-By: {keyring}\n",
            cancellationToken
        );
        await File.WriteAllTextAsync(ConfigPath, Settings(), cancellationToken);
        HostCommandResult update = (await AptGet("update").RunAsync(cancellationToken)).OrThrow(
            "DM3004",
            $"The package lists of Debian's suite {suite} cannot be fetched from {address}",
            Advice
        );
        // apt calls a list that it could not fetch a success, so that older lists serve: the words matter only if none do.
        updateTrouble = $"The lists came from {address}" + (update.Errors.Length > 0 ? $": {update.LastWords}" : "");
    }

    /// <summary>The major version of PostgreSQL that the suite carries.</summary>
    public async Task<int> FindPostgresMajorAsync(CancellationToken cancellationToken)
    {
        HostCommandResult shown = await AptCache("show", "--no-all-versions", "postgresql").RunAsync(cancellationToken);
        Match match = ServerPackage().Match(shown.Output);
        return match.Success
            ? int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)
            : throw new DormouseException(
                FailureKind.Host,
                "DM3004",
                $"Debian's suite {suite} names no PostgreSQL package. {updateTrouble}. {Advice}"
            );
    }

    /// <summary>Those of <paramref name="names"/> that the suite carries.</summary>
    public async Task<IReadOnlyList<string>> FindExistingAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        HostCommand list = AptCache("pkgnames", "postgresql-") with { OutputCharsMax = 1024 * 1024 };
        HashSet<string> known = [.. (await list.RunAsync(cancellationToken)).Output.Split('\n')];
        return names.Where(known.Contains).ToList();
    }

    /// <summary>Fetches packages and all that they depend on.</summary>
    /// <param name="names">The packages.</param>
    /// <param name="unneeded">What is not fetched, nor what only it depends on: the beginnings of names before a number, such as <c>libgdal</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DebianPackage>> DownloadAsync(
        IReadOnlyList<string> names,
        IReadOnlyList<string> unneeded,
        CancellationToken cancellationToken
    )
    {
        await PretendInstalledAsync(names, unneeded, cancellationToken);
        // With -V apt prints the version of each; the state is empty, so what it installs is the whole closure.
        HostCommandResult download = (await AptGet(["-d", "-V", "install", .. names]).RunAsync(cancellationToken)).OrThrow(
            "DM3004",
            $"PostgreSQL's packages cannot be fetched from Debian's suite {suite}. {updateTrouble}",
            Advice
        );
        List<DebianPackage> packages = PlanLine()
            .Matches(NewPackages().Match(download.Output).Value)
            .Select(match => Find(match.Groups[1].Value, match.Groups[2].Value))
            .ToList();
        // Versions that earlier builds used are not needed again.
        foreach (string old in Directory.GetFiles(ArchivesPath, "*.deb").Except(packages.Select(package => package.File)))
        {
            File.Delete(old);
        }
        return packages;
    }

    /// <summary>Unpacks a package and returns the paths of what it holds.</summary>
    public static async Task<IReadOnlyList<string>> UnpackAsync(string packageFile, string target, CancellationToken cancellationToken)
    {
        HostCommand unpack = HostCommand.Of("dpkg-deb", "-X", packageFile, target) with { OutputCharsMax = 8 * 1024 * 1024 };
        HostCommandResult result = (await unpack.RunAsync(cancellationToken)).OrThrow(
            "DM3005",
            $"The package '{packageFile}' cannot be unpacked",
            "Check the free space, remove that file and try again."
        );
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimStart('.')).ToList();
    }

    // apt fetches no package that it takes for installed, and nothing that only that one depends on.
    private async Task PretendInstalledAsync(
        IReadOnlyList<string> names,
        IReadOnlyList<string> unneeded,
        CancellationToken cancellationToken
    )
    {
        HostCommandResult depends = await AptCache(["depends", "--important", .. names]).RunAsync(cancellationToken);
        IEnumerable<string> installed = DependsLine()
            .Matches(depends.Output)
            .Select(match => match.Groups[1].Value)
            .Where(name => unneeded.Any(start => IsVersionOf(name, start)))
            .Distinct();
        IEnumerable<string> entries = installed.Select(name =>
            $"Package: {name}\nStatus: install ok installed\nArchitecture: {Architecture}\nVersion: {NewerThanAny}\nMaintainer: none\nDescription: none\n\n"
        );
        await File.WriteAllTextAsync(StatusPath, string.Concat(entries), cancellationToken);
    }

    private static bool IsVersionOf(string name, string start) =>
        name.Length > start.Length && name.StartsWith(start, StringComparison.Ordinal) && char.IsAsciiDigit(name[start.Length]);

    private DebianPackage Find(string name, string version)
    {
        string start = $"{name}_{version.Replace(":", "%3a", StringComparison.Ordinal)}_";
        string? file = ((string[])["all", Architecture])
            .Select(kind => Path.Combine(ArchivesPath, start + kind + ".deb"))
            .FirstOrDefault(File.Exists);
        return new DebianPackage(
            name,
            version,
            file
                ?? throw new DormouseException(
                    FailureKind.Host,
                    "DM3004",
                    $"apt says that it fetched {name} {version}, and '{ArchivesPath}' does not hold it. {Advice}"
                )
        );
    }

    private async Task<string> FindKeyringAsync(CancellationToken cancellationToken)
    {
        if (Keyrings.Select(path => "/" + path).FirstOrDefault(File.Exists) is { } installed)
        {
            return installed;
        }
        string unpacked = await FetchFromHostAsync("debian-archive-keyring", cancellationToken);
        return Keyrings.Select(path => Path.Combine(unpacked, path)).FirstOrDefault(File.Exists)
            ?? throw new DormouseException(FailureKind.Host, "DM3001", "The package debian-archive-keyring holds no keyring.");
    }

    private async Task<string> FindDefaultMirrorAsync(CancellationToken cancellationToken) =>
        DebianMirror.FindInDebootstrap("/")
        ?? DebianMirror.FindInDebootstrap(await FetchFromHostAsync("debootstrap", cancellationToken))
        ?? throw DebianMirror.NotFound();

    // Ubuntu packages Debian's keyring and tools: the host's own apt fetches and checks them, and they are unpacked, not installed.
    private async Task<string> FetchFromHostAsync(string package, CancellationToken cancellationToken)
    {
        string target = Path.Combine(folder, "host", package);
        Directory.CreateDirectory(target);
        (await (HostCommand.Of("apt-get", "download", package) with { WorkingDirectory = target }).RunAsync(cancellationToken)).OrThrow(
            "DM3001",
            $"The package {package} is neither installed nor can apt fetch it",
            $"Install it: apt-get install {package}"
        );
        await UnpackAsync(Directory.GetFiles(target, "*.deb").Order(StringComparer.Ordinal).Last(), target, cancellationToken);
        return target;
    }

    // The host's own settings are read first, for its proxies and credentials; sources, pins, keys and hooks of the host are left out.
    private string Settings() =>
        $"""
            Dir::State "{folder}/state";
            Dir::State::status "{folder}/state/status";
            Dir::Cache "{folder}/cache";
            Dir::Etc::sourcelist "{folder}/debian.sources";
            Dir::Etc::sourceparts "/dev/null";
            Dir::Etc::preferences "/dev/null";
            Dir::Etc::preferencesparts "/dev/null";
            Dir::Etc::trusted "/dev/null";
            Dir::Etc::trustedparts "/dev/null";
            #clear APT::Architectures;
            APT::Architecture "{Architecture}";
            APT::Architectures:: "{Architecture}";
            APT::Install-Recommends "false";
            APT::Sandbox::User "root";
            #clear APT::Default-Release;
            #clear APT::Update::Pre-Invoke;
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;
            #clear DPkg::Pre-Invoke;
            #clear DPkg::Post-Invoke;
            #clear DPkg::Pre-Install-Pkgs;
            Acquire::Languages "none";
            Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
            Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
            Acquire::Retries "3";
            Acquire::http::Timeout "30";
            Acquire::https::Timeout "30";

            """;

    private HostCommand AptGet(params string[] arguments) =>
        new("apt-get", ["-c", ConfigPath, "-y", "-q", .. arguments]) { OutputCharsMax = 1024 * 1024 };

    private HostCommand AptCache(params string[] arguments) => new("apt-cache", ["-c", ConfigPath, .. arguments]);

    [GeneratedRegex(@"^Depends:.*\bpostgresql-(\d+)\b", RegexOptions.Multiline)]
    private static partial Regex ServerPackage();

    [GeneratedRegex(@"^The following NEW packages will be installed:\n(?: .*\n)+", RegexOptions.Multiline)]
    private static partial Regex NewPackages();

    [GeneratedRegex(@"^[ |]+(?:Pre)?Depends: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex DependsLine();

    [GeneratedRegex(@"^ {2,}(\S+) \((\S+)\)$", RegexOptions.Multiline)]
    private static partial Regex PlanLine();
}

/// <summary>A package in the cache.</summary>
internal sealed record DebianPackage(string Name, string Version, string File);
