using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>What the sandbox of one instance is made of.</summary>
/// <param name="ImageRoot">Becomes <c>/</c>, read-only.</param>
/// <param name="ServerPath">The server's program inside the root.</param>
/// <param name="DataPath">The data directory on the host.</param>
/// <param name="SocketFolder">The folder on the host that takes the socket.</param>
/// <param name="Uid">The user (and group) of its own on the host; null: the platform's.</param>
/// <param name="ServerArguments">What the server is told.</param>
internal sealed record Sandbox(
    string ImageRoot,
    string ServerPath,
    string DataPath,
    string SocketFolder,
    int? Uid,
    IReadOnlyList<string> ServerArguments
);

/// <summary>
/// The command line that puts PostgreSQL into its sandbox: <c>setpriv</c> gives up root for the instance's own user, then <c>bwrap</c> makes
/// the namespaces as that ordinary user. The server is process 1 inside: with it the kernel ends everything in the sandbox.
/// </summary>
internal sealed class SandboxCommand
{
    public const string DataPathInside = "/data";
    public const string SocketFolderInside = "/run/postgresql";

    // Any number that is not root's: PostgreSQL refuses only that one. Fixed, so that nothing inside depends on the host.
    private const string UserInside = "1000";

    // Shared memory of parallel queries and small temporary files; big sorts spill into the data directory. Charged to the instance.
    private const long DevBytesMax = 64 << 20;
    private const long TmpBytesMax = 16 << 20;

    /// <summary>Folders that must exist in the image to be mounted over, since its root is read-only.</summary>
    public static readonly IReadOnlyList<string> MountPoints = ["/dev", "/tmp", DataPathInside, SocketFolderInside];

    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"];

    private readonly string bubblewrap;
    private readonly string? setpriv;

    private SandboxCommand(string bubblewrap, string? setpriv)
    {
        this.bubblewrap = bubblewrap;
        this.setpriv = setpriv;
    }

    public string BubblewrapPath => bubblewrap;

    /// <exception cref="DormouseException">DM3406: the host lacks a program.</exception>
    public static SandboxCommand Find(bool asRoot) => new(Require("bwrap", "bubblewrap"), asRoot ? Require("setpriv", "util-linux") : null);

    public IReadOnlyList<string> Build(Sandbox sandbox)
    {
        var words = new List<string>(96);
        if (sandbox.Uid is { } uid)
        {
            string user = uid.ToString(CultureInfo.InvariantCulture);
            words.AddRange([setpriv!, "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs", "--"]);
        }
        words.AddRange([bubblewrap, "--unshare-user", "--disable-userns", "--uid", UserInside, "--gid", UserInside]);
        words.AddRange(["--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]);
        words.AddRange(["--hostname", "instance", "--cap-drop", "ALL"]);
        words.AddRange(["--ro-bind", sandbox.ImageRoot, "/"]);
        // No /proc: PostgreSQL needs none, and it tells much of the host. Of /dev only what cannot do harm.
        words.AddRange(["--size", Text(DevBytesMax), "--tmpfs", "/dev"]);
        foreach (string device in Devices)
        {
            words.AddRange(["--dev-bind", device, device]);
        }
        words.AddRange(["--perms", "0700", "--dir", "/dev/shm"]);
        words.AddRange(["--size", Text(TmpBytesMax), "--tmpfs", "/tmp"]);
        words.AddRange(["--bind", sandbox.DataPath, DataPathInside, "--bind", sandbox.SocketFolder, SocketFolderInside]);
        words.AddRange(["--chdir", DataPathInside, "--", sandbox.ServerPath]);
        words.AddRange(sandbox.ServerArguments);
        return words;
    }

    private static string Require(string program, string package) =>
        ProgramFinder.Find(program)
        ?? throw new DormouseException(
            FailureKind.Host,
            "DM3406",
            $"The program '{program}', which instances run under, is not on this host. Install the package '{package}'."
        );

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
