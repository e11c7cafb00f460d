namespace Dormouse.Instances.Images;

/// <summary>
/// Which image follows another of the same major version: a data directory opens on every minor version of its major. Asked at each cold start, so what
/// is on disk is read again only when the folder of images has changed. Thread-safe.
/// </summary>
internal sealed class NewestImages(string imagesPath, Func<IReadOnlyList<PostgresImage>> list)
{
    private readonly Lock gate = new();
    private DateTime seenAt;
    private IReadOnlyList<PostgresImage> seen = [];

    /// <summary>
    /// The newest one that can do all that <paramref name="current"/> can; null if there is none newer. What lacks an extension or a tool is passed over: a
    /// database may depend on it.
    /// </summary>
    public PostgresImage? FindAfter(PostgresImage current) =>
        All()
            .Where(image => image.MajorVersion == current.MajorVersion && CanDoAllOf(image, current))
            .Append(current)
            .MaxBy(image => (MinorOf(image), image.Manifest.Created, image.Digest == current.Digest))
            is { } newest
        && newest.Digest != current.Digest
            ? newest
            : null;

    private IReadOnlyList<PostgresImage> All()
    {
        // A new image appears by a rename into the folder, which changes its time.
        string folder = Directory.ResolveLinkTarget(imagesPath, returnFinalTarget: true)?.FullName ?? imagesPath;
        DateTime changedAt = Directory.GetLastWriteTimeUtc(folder);
        lock (gate)
        {
            if (changedAt != seenAt)
            {
                (seen, seenAt) = (list(), changedAt);
            }
            return seen;
        }
    }

    private static bool CanDoAllOf(PostgresImage image, PostgresImage current) =>
        !current.Manifest.Tools.Except(image.Manifest.Tools).Any()
        && !current
            .Manifest.Extensions.Select(extension => extension.Name)
            .Except(image.Manifest.Extensions.Select(extension => extension.Name))
            .Any();

    /// <summary>Of <c>18.6</c> the 6; what has no number, such as <c>19beta1</c>, comes first.</summary>
    private static int MinorOf(PostgresImage image) =>
        image.Version.Split('.') is [_, var minor, ..] && int.TryParse(minor, out int number) ? number : -1;
}
