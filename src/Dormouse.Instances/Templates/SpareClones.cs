using System.ComponentModel;
using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Templates;

/// <summary>A clone that belongs to no instance yet.</summary>
/// <param name="DataPath">The data directory, flushed to disk.</param>
/// <param name="Uid">Whose it is already: giving five hundred files to another takes as long as a tenth of a creation.</param>
/// <param name="Secrets">The passwords of its own that it has; null: it has the template's.</param>
internal sealed record SpareClone(string DataPath, int? Uid, RoleSecrets? Secrets);

/// <summary>
/// A few clones made ahead of time, so that a new database gets its data directory by one rename: copying is more than half of a creation.
/// They lie on disk and take no memory; no server runs on them. None is made before the second database: most hosts have one at a time.
/// One copy runs at a time. Thread-safe.
/// </summary>
internal sealed partial class SpareClones(
    TemplateStore templates,
    string folder,
    UserNumbers? users,
    int sparesMax,
    ILogger<SpareClones> logger
)
{
    private readonly Lock gate = new();
    private readonly Queue<SpareClone> spares = new();
    private string? digest;
    private Task filling = Task.CompletedTask;
    private bool hasSeenOne;
    private bool closing;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return spares.Count;
            }
        }
    }

    /// <summary>At the start of the platform: nobody knows any more whose numbers they bear.</summary>
    public void RemoveLeftovers()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Null if there is none, or only of another template. What is taken is the caller's, and its user that instance's.</summary>
    public SpareClone? TryTake(InstanceTemplate template, DatabaseId id)
    {
        lock (gate)
        {
            if (digest != template.Digest || !spares.TryDequeue(out SpareClone? spare))
            {
                return null;
            }
            if (spare.Uid is { } uid)
            {
                users?.Note(id, uid);
            }
            return spare;
        }
    }

    /// <summary>After a database was made: there may be more.</summary>
    public void Refill(InstanceTemplate template)
    {
        lock (gate)
        {
            bool isSecond = hasSeenOne;
            hasSeenOne = true;
            if (isSecond && !closing && filling.IsCompleted)
            {
                filling = Task.Run(() => FillAsync(template));
            }
        }
    }

    /// <summary>What was made stays on disk, for the next start to remove.</summary>
    public Task StopAsync()
    {
        lock (gate)
        {
            closing = true;
            return filling;
        }
    }

    private async Task FillAsync(InstanceTemplate template)
    {
        try
        {
            while (IsWanted(template))
            {
                Directory.CreateDirectory(folder);
                var own = RoleSecrets.New();
                var spare = new SpareClone(Path.Combine(folder, Guid.CreateVersion7().ToString("N")), users?.Take(), own);
                if (!await templates.CloneAsync(template, spare.DataPath, spare.Uid, own, CancellationToken.None))
                {
                    spare = spare with { Secrets = null };
                }
                lock (gate)
                {
                    spares.Enqueue(spare);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // A full disk, for one. Creation goes on without, and tells its own failures.
            Log.NotMade(logger, exception);
        }
    }

    private bool IsWanted(InstanceTemplate template)
    {
        lock (gate)
        {
            if (digest != template.Digest)
            {
                // Of an image that is not given to new databases any more; the next start removes them.
                spares.Clear();
                digest = template.Digest;
            }
            return !closing && spares.Count < sparesMax;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3460, LogLevel.Warning, "A clone for the next database could not be made")]
        public static partial void NotMade(ILogger logger, Exception exception);
    }
}
