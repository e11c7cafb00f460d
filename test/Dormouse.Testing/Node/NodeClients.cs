using System.Diagnostics;
using System.Security.Cryptography;
using Dormouse.Testing.Processes;

namespace Dormouse.Testing.Node;

/// <summary>
/// The unmodified npm clients and the scripts that drive them. Packages are installed and clients generated once per content of the
/// lock file and the schemas, into a folder under artifacts, without scripts of packages and without downloads of engines.
/// </summary>
public sealed class NodeClients
{
    /// <summary>The scripts, the lock file and the schemas.</summary>
    public static readonly string Sources = Path.Combine(Checkout.Root, "test", "Dormouse.EndToEnd", "clients", "prisma7");

    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly string[] Schemas = ["preview", "default", "bench"];

    private readonly string folder;

    private NodeClients(string folder) => this.folder = folder;

    /// <summary>Why there can be no clients on this machine, or null.</summary>
    public static string? Missing =>
        OnPath("node") && OnPath("npm") ? null : "Node.js (commands 'node' and 'npm') is not installed; Debian: packages nodejs and npm.";

    /// <summary>The clients, installed and generated now if they are not there yet.</summary>
    public static async Task<NodeClients> EnsureAsync(CancellationToken cancellationToken)
    {
        string target = Path.Combine(Checkout.Artifacts, "clients", "prisma7-" + Digest());
        await BuildOnce.FolderAsync(target, unfinished => MakeAsync(unfinished, cancellationToken), cancellationToken);
        return new NodeClients(target);
    }

    /// <summary>Runs a script to its end and gives what it printed.</summary>
    public async Task<string> RunAsync(string script, string[] arguments, TimeSpan limit, CancellationToken cancellationToken)
    {
        string[] words = [Path.Combine(Sources, script), .. arguments];
        ProcessRun run = await ProcessRun.OfAsync("node", words, limit, cancellationToken, environment: Environment(folder));
        return run.Succeeded();
    }

    /// <summary>Starts a script that keeps running; the caller ends it. Its standard output is redirected.</summary>
    public Process Start(string script, params string[] arguments)
    {
        ProcessStartInfo start = new("node", [Path.Combine(Sources, script), .. arguments]) { RedirectStandardOutput = true };
        foreach ((string name, string? value) in Environment(folder))
        {
            start.Environment[name] = value;
        }
        return Process.Start(start) ?? throw new InvalidOperationException("'node' did not start.");
    }

    private static async Task MakeAsync(string unfinished, CancellationToken cancellationToken)
    {
        foreach (string file in Inputs())
        {
            File.Copy(file, Path.Combine(unfinished, Path.GetFileName(file)));
        }
        Dictionary<string, string?> environment = Environment(unfinished);
        // Prisma's command line downloads an engine before it does anything, unless it is told where one lies. Generating needs none.
        string stub = Path.Combine(unfinished, "engine-stub");
        await File.WriteAllTextAsync(stub, "#!/bin/sh\nexit 0\n", cancellationToken);
        File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        environment["PRISMA_SCHEMA_ENGINE_BINARY"] = stub;

        string[] install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        (await ProcessRun.OfAsync("npm", install, InstallLimit, cancellationToken, unfinished, environment)).Succeeded();
        string prisma = Path.Combine(unfinished, "node_modules", "prisma", "build", "index.js");
        foreach (string schema in Schemas)
        {
            string[] generate = [prisma, "generate", "--schema", schema + ".prisma"];
            (await ProcessRun.OfAsync("node", generate, InstallLimit, cancellationToken, unfinished, environment)).Succeeded();
        }
    }

    private static Dictionary<string, string?> Environment(string folder) =>
        new()
        {
            ["DORMOUSE_CLIENTS"] = folder,
            ["CHECKPOINT_DISABLE"] = "1",
            ["PRISMA_HIDE_UPDATE_MESSAGE"] = "1",
            ["NO_COLOR"] = "1",
        };

    private static string Digest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Inputs())
        {
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    private static IEnumerable<string> Inputs() =>
        ((string[])["package.json", "package-lock.json", ".npmrc", .. Schemas.Select(schema => schema + ".prisma")]).Select(file =>
            Path.Combine(Sources, file)
        );

    private static bool OnPath(string program) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
