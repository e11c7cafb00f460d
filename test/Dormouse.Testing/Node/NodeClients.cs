using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Testing.Processes;

namespace Dormouse.Testing.Node;

/// <summary>
/// The unmodified npm clients and the scripts that drive them. Packages are installed and clients generated once per content of the
/// lock file and the schemas, into a folder under artifacts, without scripts of packages and without downloads of engines.
/// </summary>
public sealed class NodeClients
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    private readonly ClientSet set;
    private readonly string folder;

    private NodeClients(ClientSet set, string folder)
    {
        this.set = set;
        this.folder = folder;
    }

    /// <summary>Why there can be no clients on this machine, or null.</summary>
    public static string? Missing =>
        OnPath("node") && OnPath("npm") ? null : "Node.js (commands 'node' and 'npm') is not installed; Debian: packages nodejs and npm.";

    /// <summary>The clients of version 7, installed and generated now if they are not there yet.</summary>
    public static Task<NodeClients> EnsureAsync(CancellationToken cancellationToken) => EnsureAsync(ClientSet.Prisma7, cancellationToken);

    /// <summary>The clients of a version, installed and generated now if they are not there yet.</summary>
    public static async Task<NodeClients> EnsureAsync(ClientSet set, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(set);
        string target = Path.Combine(Checkout.Artifacts, "clients", $"{set.Name}-{Digest(set)}");
        await BuildOnce.FolderAsync(target, unfinished => MakeAsync(set, unfinished, cancellationToken), cancellationToken);
        return new NodeClients(set, target);
    }

    /// <summary>Runs a script to its end and gives what it printed.</summary>
    public async Task<string> RunAsync(
        string script,
        string[] arguments,
        TimeSpan limit,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        Dictionary<string, string?> all = Environment(folder);
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }
        ProcessRun run = await ProcessRun.OfAsync("node", [set.Script(script), .. arguments], limit, cancellationToken, environment: all);
        return run.Succeeded();
    }

    /// <summary>Starts a script that keeps running; the caller ends it. Its standard output is redirected.</summary>
    public Process Start(string script, params string[] arguments)
    {
        ProcessStartInfo start = new("node", [set.Script(script), .. arguments]) { RedirectStandardOutput = true };
        foreach ((string name, string? value) in Environment(folder))
        {
            start.Environment[name] = value;
        }
        return Process.Start(start) ?? throw new InvalidOperationException("'node' did not start.");
    }

    private static async Task MakeAsync(ClientSet set, string unfinished, CancellationToken cancellationToken)
    {
        foreach ((string name, byte[] content) in Inputs(set))
        {
            await File.WriteAllBytesAsync(Path.Combine(unfinished, name), content, cancellationToken);
        }
        Dictionary<string, string?> environment = Environment(unfinished);
        // Prisma's command line downloads engines before it does anything, unless it is told where they lie. Generating needs none.
        string stub = Path.Combine(unfinished, "engine-stub");
        await File.WriteAllTextAsync(stub, "#!/bin/sh\nexit 0\n", cancellationToken);
        File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        environment["PRISMA_SCHEMA_ENGINE_BINARY"] = stub;
        environment["PRISMA_QUERY_ENGINE_LIBRARY"] = stub;

        string[] install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        (await ProcessRun.OfAsync("npm", install, InstallLimit, cancellationToken, unfinished, environment)).Succeeded();
        string prisma = Path.Combine(unfinished, "node_modules", "prisma", "build", "index.js");
        foreach (string schema in (string[])[.. set.Clients, .. set.Complete])
        {
            string[] generate = [prisma, "generate", "--schema", schema + ".prisma", .. set.GenerateOptions];
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

    private static string Digest(ClientSet set)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string _, byte[] content) in Inputs(set))
        {
            hash.AppendData(content);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    private static IEnumerable<(string Name, byte[] Content)> Inputs(ClientSet set)
    {
        foreach (string file in (string[])["package.json", "package-lock.json", ".npmrc", .. set.Complete.Select(name => name + ".prisma")])
        {
            yield return (file, File.ReadAllBytes(Path.Combine(set.Sources, file)));
        }
        string models = File.ReadAllText(ClientSet.Models);
        foreach (string name in set.Clients)
        {
            string header = File.ReadAllText(Path.Combine(set.Sources, name + ".prisma"));
            yield return (name + ".prisma", Encoding.UTF8.GetBytes(header + "\n" + models));
        }
    }

    private static bool OnPath(string program) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
