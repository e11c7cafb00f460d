using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Images;

/// <summary>Which images the databases of a data folder name in their records, as these are on disk at this moment.</summary>
public sealed class ImageUses
{
    private readonly Dictionary<string, int> databases = [];
    private readonly HashSet<string> named = [];
    private readonly HashSet<string> unfinished = [];
    private readonly List<string> unreadable = [];

    private ImageUses() { }

    /// <summary>Folders with data of which nobody can say which image they need.</summary>
    public IReadOnlyList<string> Unreadable => unreadable;

    /// <summary>All that any database names, also for data from before an upgrade or a restore.</summary>
    internal IReadOnlySet<string> Named => named;

    /// <summary>How many databases need it: those that run on it and those that keep data of it.</summary>
    public int DatabasesOf(string digest) => databases.GetValueOrDefault(digest);

    /// <summary>Whether a database on it was not started yet, for which it needs the passwords of the image's template.</summary>
    internal bool IsFirstStartDue(string digest) => unfinished.Contains(digest);

    public static ImageUses Read(string instancesPath)
    {
        var uses = new ImageUses();
        if (!Directory.Exists(instancesPath))
        {
            return uses;
        }
        foreach (string folder in Directory.EnumerateDirectories(instancesPath))
        {
            // What was deleted has another name, and nothing of it runs.
            if (DatabaseId.TryParse(Path.GetFileName(folder), out _))
            {
                uses.Add(folder);
            }
        }
        return uses;
    }

    private void Add(string folder)
    {
        if (InstanceRecord.TryRead(Path.Combine(folder, "instance.json")) is not { } record)
        {
            // Without data it is a creation that was cut short, which the next start removes.
            if (Directory.Exists(folder) && Directory.EnumerateDirectories(folder, "data*").Any())
            {
                unreadable.Add(folder);
            }
            return;
        }
        HashSet<string> own =
        [
            .. new[] { record.ImageDigest, record.ReplacedImage, record.UpgradingTo, record.PreviousImage }.OfType<string>(),
        ];
        foreach (string digest in own)
        {
            databases[digest] = DatabasesOf(digest) + 1;
        }
        named.UnionWith(own);
        if (!record.SecretsSet)
        {
            unfinished.Add(record.ImageDigest);
        }
    }
}
