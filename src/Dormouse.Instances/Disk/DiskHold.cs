using Dormouse.Instances.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Disk;

/// <summary>
/// Has the file system hold databases to their hard limit, where it can: then nothing is written beyond it, and not only until the watch looks. It counts
/// the folder of tables and spilled sorts, <c>base</c>. The log, and what a transaction must be able to note, lie elsewhere and have no limit here: a
/// server that cannot write those crashes. A database's number among projects is its user's. Does nothing where the
/// file system cannot, and where it can no longer the databases go on without. Thread-safe.
/// </summary>
internal sealed partial class DiskHold(ProjectQuota? quota, DiskOptions options, ILogger logger)
{
    /// <summary>
    /// What the watch ends writers at comes before what the file system refuses: a session that is told of a full disk may keep what it has, and go on
    /// trying.
    /// </summary>
    private const long Leeway = 64L << 20;

    private const string Tables = "base";

    private volatile bool isRefused;

    public bool Holds => quota is not null && !isRefused;

    /// <summary>
    /// Before a server starts: takes its data in, once for each data directory, and lets go of the limit. A server that recovers must be able to write
    /// what it had written.
    /// </summary>
    public void BeforeStart(InstanceFolder folder, int? user) =>
        Try(
            user,
            (quota, project) =>
            {
                quota.Limit(project, 0, 0);
                TakeIn(folder, project);
            }
        );

    /// <summary>While it runs; again when its limit is another.</summary>
    public void Hold(int? user, DiskLimit limit) =>
        Try(user, (quota, project) => quota.Limit(project, limit.HardBytes + Leeway, options.FilesMax));

    /// <summary>It is deleted: its number may be another's one day.</summary>
    public void Forget(int? user) => Try(user, (quota, project) => quota.Limit(project, 0, 0));

    private static void TakeIn(InstanceFolder folder, uint project)
    {
        string tables = Path.Combine(folder.DataPath, Tables);
        if (ProjectQuota.ProjectOf(tables) == project)
        {
            return;
        }
        // What it had before an upgrade or a restore may be kept beside it, and does not count.
        string[] before = [folder.PreviousPath, folder.ReplacedPath, folder.AbandonedPath];
        foreach (string other in before.Select(path => Path.Combine(path, Tables)).Where(Directory.Exists))
        {
            ProjectQuota.Give(other, 0);
        }
        ProjectQuota.Give(tables, project);
    }

    /// <summary>A database without this limit is better than none: it is watched all the same.</summary>
    private void Try(int? user, Action<ProjectQuota, uint> step)
    {
        if (quota is null || user is not { } project)
        {
            return;
        }
        try
        {
            step(quota, (uint)project);
            isRefused = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!isRefused)
            {
                Log.Refused(logger, exception.Message);
            }
            isRefused = true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3476, LogLevel.Warning, "the file system no longer holds databases to their limit of disk: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
