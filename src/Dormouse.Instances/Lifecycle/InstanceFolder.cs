using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>Where the things of one instance lie.</summary>
/// <param name="Path">The folder, by its real path.</param>
/// <param name="ReachPath">The same folder by a path that the instance's user can walk.</param>
/// <param name="SocketsPath">The same folder by a path that is short enough for sockets.</param>
internal sealed record InstanceFolder(string Path, string ReachPath, string SocketsPath)
{
    private const string SocketFile = ".s.PGSQL.5432";
    private const string OldSockets = "run.o";
    private const string NewSockets = "run.n";

    public string RecordPath => System.IO.Path.Combine(Path, "instance.json");

    public string SecretPath => System.IO.Path.Combine(Path, "secret");

    public string DataPath => System.IO.Path.Combine(Path, "data");

    /// <summary>What a restored instance's roles are called by until its first start gives them secrets of its own.</summary>
    public string OriginSecretPath => System.IO.Path.Combine(Path, "secret.origin");

    /// <summary>See <see cref="DataSwap"/>.</summary>
    public string RestoringPath => System.IO.Path.Combine(Path, "data.restoring");

    /// <summary>See <see cref="DataSwap"/>.</summary>
    public string ReplacedPath => System.IO.Path.Combine(Path, "data.replaced");

    /// <summary>See <see cref="DataUpgrade"/>.</summary>
    public string UpgradingPath => System.IO.Path.Combine(Path, "data.upgrading");

    /// <summary>See <see cref="DataUpgrade"/>.</summary>
    public string PreviousPath => System.IO.Path.Combine(Path, "data.previous");

    /// <summary>See <see cref="DataUpgrade"/>.</summary>
    public string AbandonedPath => System.IO.Path.Combine(Path, "data.abandoned");

    /// <summary>
    /// Folders of sockets of servers that an upgrade runs. As short as this: the path of a socket must not be much longer than the instance's own.
    /// </summary>
    public IReadOnlyList<string> ApartSocketFolders => [System.IO.Path.Combine(Path, OldSockets), System.IO.Path.Combine(Path, NewSockets)];

    /// <summary>The lock of the server that runs on <see cref="UpgradingPath"/>.</summary>
    public string UpgradingLockPath => System.IO.Path.Combine(Path, "upgrading.lock");

    public string LockPath => System.IO.Path.Combine(Path, "alive.lock");

    public string LogPath => System.IO.Path.Combine(Path, "postgres.log");

    public string ReachDataPath => System.IO.Path.Combine(ReachPath, "data");

    public string SocketFolder => System.IO.Path.Combine(ReachPath, "run");

    public string SocketPath => System.IO.Path.Combine(SocketsPath, "run", SocketFile);

    /// <summary>Of one of <see cref="ApartSocketFolders"/>.</summary>
    public string SocketPathIn(string apartFolder) =>
        System.IO.Path.Combine(SocketsPath, System.IO.Path.GetFileName(apartFolder), SocketFile);

    /// <summary>Whether the data directory is there; it appears whole or not at all.</summary>
    public bool HasData => Directory.Exists(DataPath);

    public static InstanceFolder Of(DataFolder data, DatabaseId id)
    {
        string name = System.IO.Path.Combine("instances", id.ToString());
        return new InstanceFolder(
            System.IO.Path.Combine(data.Path, name),
            System.IO.Path.Combine(data.ReachPath, name),
            System.IO.Path.Combine(data.SocketsPath, name)
        );
    }
}
