using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Disk;

/// <summary>
/// Has the file system hold databases to their hard limit, where it can: then nothing is written beyond it, and not only until the watch looks. It counts
/// the folder of tables and spilled sorts, <c>base</c>. The log, and what a transaction must be able to note, lie elsewhere and have no limit here: a
/// server that cannot write those crashes. A database's number among projects is its user's. Does nothing where the file system cannot. Thread-safe.
/// </summary>
internal sealed class DiskHold(ProjectQuota? quota, DiskOptions options)
{
    /// <summary>
    /// What the watch ends writers at comes before what the file system refuses: a session that is told of a full disk may keep what it has, and go on
    /// trying.
    /// </summary>
    private const long Leeway = 64L << 20;

    private const string Tables = "base";

    public bool Holds => quota is not null;

    /// <summary>
    /// Before a server starts: takes its data in, once for each data directory, and lets go of the limit. A server that recovers must be able to write
    /// what it had written.
    /// </summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public void BeforeStart(InstanceFolder folder, int? user)
    {
        if (quota is null || user is not { } project)
        {
            return;
        }
        quota.Limit((uint)project, 0, 0);
        string tables = Path.Combine(folder.DataPath, Tables);
        if (ProjectQuota.ProjectOf(tables) == project)
        {
            return;
        }
        // What it had before an upgrade or a restore may be kept beside it, and does not count.
        foreach (string other in (string[])[folder.PreviousPath, folder.ReplacedPath, folder.AbandonedPath])
        {
            string otherTables = Path.Combine(other, Tables);
            if (Directory.Exists(otherTables))
            {
                ProjectQuota.Give(otherTables, 0);
            }
        }
        ProjectQuota.Give(tables, (uint)project);
    }

    /// <summary>While it runs; again when its limit is another.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public void Hold(int? user, DiskLimit limit)
    {
        if (user is { } project)
        {
            quota?.Limit((uint)project, limit.HardBytes + Leeway, options.FilesMax);
        }
    }

    /// <summary>It is deleted: its number may be another's one day.</summary>
    public void Forget(int? user)
    {
        if (user is { } project)
        {
            quota?.Limit((uint)project, 0, 0);
        }
    }
}
