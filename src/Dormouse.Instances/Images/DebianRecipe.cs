using System.Globalization;
using System.Text.RegularExpressions;

namespace Dormouse.Instances.Images;

/// <summary>Makes an image from Debian's packages: fetch, unpack, take what an instance and the backup tools need, drop the rest.</summary>
internal static partial class DebianRecipe
{
    /// <summary>Dependencies of install scripts and of Perl tools; nothing of them can be in an image, so unpacking them is a waste.</summary>
    private static readonly string[] NeverUnpacked =
    [
        "adduser",
        "debconf",
        "libc-gconv-modules-extra",
        "libc-l10n",
        "libperl",
        "locales",
        "login.defs",
        "openssl",
        "passwd",
        "perl",
        "perl-base",
        "perl-modules",
        "postgresql-client-common",
        "postgresql-common",
        "procps",
        "systemd",
        "ucf",
    ];

    /// <summary>Each decompresses in about 100 MB of memory.</summary>
    private const int UnpackedAtOnceMax = 4;

    public static async Task<ImageParts> BuildAsync(
        ImageOptions options,
        string workFolder,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        var archive = new DebianArchive(Path.Combine(options.CachePath, "debian-" + options.Suite), options.Suite, options.Mirror);
        progress.Report($"Fetching the package lists of Debian {options.Suite}");
        await archive.OpenAsync(cancellationToken);
        int major = await archive.FindPostgresMajorAsync(cancellationToken);
        IReadOnlyList<string> extensions = await archive.FindExistingAsync(
            options.ExtensionPackages.Select(name => string.Create(CultureInfo.InvariantCulture, $"postgresql-{major}-{name}")),
            cancellationToken
        );
        progress.Report($"Fetching PostgreSQL {major} and what it depends on");
        IReadOnlyList<DebianPackage> packages = await archive.DownloadAsync(
            [$"postgresql-{major}", $"postgresql-client-{major}", "dash", .. extensions],
            PostgisParts.UnneededPackages,
            cancellationToken
        );
        progress.Report($"Making the image from {packages.Count} packages");
        string unpacked = Path.Combine(workFolder, "unpacked");
        Dictionary<string, DebianPackage> owners = await UnpackAsync(packages, unpacked, cancellationToken);
        var builder = new RootBuilder(Path.Combine(workFolder, "root"));
        LayOut(builder, new SourceTree(unpacked), major, Path.Combine(workFolder, "initdb-extra"));
        IReadOnlyList<ImagePackage> used = AddCopyrights(builder, new SourceTree(unpacked), owners);
        builder.Seal();
        Directory.Delete(unpacked, recursive: true);
        return new ImageParts(
            ImageSource.Debian,
            options.Suite,
            packages.First(package => package.Name == $"postgresql-{major}").Version.Split('-')[0],
            $"/usr/lib/postgresql/{major}/bin",
            $"/usr/share/postgresql/{major}",
            used
        );
    }

    private static async Task<Dictionary<string, DebianPackage>> UnpackAsync(
        IReadOnlyList<DebianPackage> packages,
        string target,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(target);
        var owners = new Dictionary<string, DebianPackage>();
        // Decompressing is most of the work of making an image.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = UnpackedAtOnceMax, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            packages.Where(package => !IsNeverUnpacked(package.Name)),
            parallel,
            async (package, token) =>
            {
                IReadOnlyList<string> paths = await DebianArchive.UnpackAsync(package.File, target, token);
                lock (owners)
                {
                    foreach (string path in paths)
                    {
                        owners[RootBuilder.Merged(path)] = package;
                    }
                }
            }
        );
        return owners;
    }

    private static bool IsNeverUnpacked(string name) =>
        NeverUnpacked.Any(other => name == other || VersionedName().Match(name).Groups[1].Value == other);

    private static void LayOut(RootBuilder builder, SourceTree tree, int major, string initdbExtra)
    {
        RootLayout.AddBasics(builder);
        string libraries = $"/usr/lib/postgresql/{major}";
        string share = $"/usr/share/postgresql/{major}";
        builder.AddFolder(tree, libraries, path => !IsForBuildingOnly(path) && !PostgisParts.IsLeftOut(path));
        builder.AddFolder(tree, share, path => path != share + "/man" && path != share + "/contrib" && !PostgisParts.IsLeftOut(path));
        PostgisParts.Add(builder, tree, share + "/extension");
        builder.AddFolder(tree, "/usr/share/zoneinfo", path => !path.Contains("/right", StringComparison.Ordinal));
        // The one locale of the C library that the server is started with.
        builder.AddFolder(tree, "/usr/lib/locale/C.utf8", _ => true);
        var extra = new RootBuilder(initdbExtra);
        extra.AddFile(PostgresImage.ShellPath, tree.FindFile("/usr/bin/dash") ?? tree.FindFile("/bin/dash")!);
        extra.Seal();
        ElfClosure.Complete(builder, tree, initdbExtra + PostgresImage.ShellPath);
    }

    private static bool IsForBuildingOnly(string path) =>
        path.EndsWith("/pgxs", StringComparison.Ordinal)
        || path.EndsWith("/bitcode", StringComparison.Ordinal)
        || path.EndsWith("/pg_config", StringComparison.Ordinal)
        || path.EndsWith(".a", StringComparison.Ordinal);

    /// <summary>The packages of which files were taken; their copyright files go with them, as their licences ask.</summary>
    private static List<ImagePackage> AddCopyrights(RootBuilder builder, SourceTree tree, Dictionary<string, DebianPackage> owners)
    {
        var used = new List<ImagePackage>();
        IEnumerable<DebianPackage?> owning = builder
            .Sources.Values.Select(file => owners.GetValueOrDefault(RootBuilder.Merged(file[tree.Root.Length..])))
            .Append(owners.GetValueOrDefault("/usr/bin/dash"));
        foreach (
            DebianPackage package in owning
                .OfType<DebianPackage>()
                .Distinct()
                .OrderBy(package => package.Name, StringComparer.Ordinal)
                .ToList()
        )
        {
            string path = $"/usr/share/doc/{package.Name}/copyright";
            string? copyright = tree.FindFile(path);
            if (copyright is not null)
            {
                builder.AddFile(path, copyright);
            }
            used.Add(new ImagePackage(package.Name, package.Version, copyright is null ? [] : Licences(File.ReadAllText(copyright))));
        }
        return used;
    }

    private static List<string> Licences(string copyright) =>
        copyright.StartsWith("Format:", StringComparison.Ordinal)
            ? LicenceLine()
                .Matches(copyright)
                .Select(match => match.Groups[1].Value.Trim())
                .Distinct()
                .Order(StringComparer.Ordinal)
                .ToList()
            : [];

    [GeneratedRegex(@"^([a-z-]+?)-?\d+[\d.]*(?:t64)?$")]
    private static partial Regex VersionedName();

    [GeneratedRegex(@"^License:[ \t]*(\S[^\n]*)$", RegexOptions.Multiline)]
    private static partial Regex LicenceLine();
}
