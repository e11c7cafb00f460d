namespace Dormouse.Instances.Host;

/// <summary>
/// Lets a process of another user reach folders below a folder that is closed to it, such as a data folder under <c>/root</c>: the
/// folders are bind-mounted at an open place in a mount namespace of that process alone. Only root can and needs to do so.
/// </summary>
internal sealed class Doorway
{
    private const string Place = "/run/dormouse/door";

    private const string Script = """
        set -e
        mount -t tmpfs -o mode=0755,size=64k none "$0"
        n=0
        while [ "$1" != -- ]; do
          if [ -d "$1" ]; then mkdir "$0/$n"; else : > "$0/$n"; fi
          mount --bind "$1" "$0/$n"
          n=$((n + 1))
          shift
        done
        shift
        exec "$@"
        """;

    private const UnixFileMode Walkable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly List<string> paths = [];
    private readonly bool isNeeded;

    /// <param name="paths">All paths of the host that the process names.</param>
    /// <param name="user">Who the process will be; null: who we are, and then all paths are used as they are.</param>
    public Doorway(IEnumerable<string> paths, int? user)
    {
        this.paths.AddRange(paths.Distinct());
        isNeeded = user is { } other && this.paths.Any(path => !IsReachable(path, other));
    }

    /// <summary>What the process calls the path.</summary>
    public string Map(string path) => isNeeded ? $"{Place}/{paths.IndexOf(path)}" : path;

    /// <summary>The words before the process's own command line.</summary>
    public IReadOnlyList<string> Prefix()
    {
        if (!isNeeded)
        {
            return [];
        }
        Directory.CreateDirectory(Place);
        // Whatever the umask is: the other user has to walk through both.
        File.SetUnixFileMode(Path.GetDirectoryName(Place)!, Walkable);
        File.SetUnixFileMode(Place, Walkable);
        return ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", Script, Place, .. paths, "--"];
    }

    /// <summary>Whether every folder above the path can be passed by everybody; owners and groups are left out to be on the safe side.</summary>
    public static bool IsReachable(string path, int user)
    {
        for (DirectoryInfo? folder = Directory.GetParent(path); folder is not null; folder = folder.Parent)
        {
            if ((folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
            {
                return user == 0;
            }
        }
        return true;
    }
}
