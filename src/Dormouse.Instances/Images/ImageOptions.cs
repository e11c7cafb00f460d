namespace Dormouse.Instances.Images;

/// <summary>Where images are kept and what the default one is made of.</summary>
public sealed class ImageOptions
{
    /// <summary>Holds one folder per image, named by its digest.</summary>
    public required string ImagesPath { get; init; }

    /// <summary>Holds downloads and apt's private state; may be shared by several platforms.</summary>
    public required string CachePath { get; init; }

    /// <summary>Where the default image comes from; null: Debian, and npm where Debian's way is closed.</summary>
    public ImageSource? Source { get; init; }

    /// <summary>Debian's suite: forky has PostgreSQL 18, trixie 17.</summary>
    public string Suite { get; init; } = "forky";

    /// <summary>Which suite has which major version of PostgreSQL: where an image of another than the default one is made from.</summary>
    public IReadOnlyDictionary<int, string> SuitesByMajor { get; init; } = new Dictionary<int, string> { [17] = "trixie", [18] = "forky" };

    /// <summary>The address of a Debian mirror; null: as the host's own apt or debootstrap says.</summary>
    public string? Mirror { get; init; }

    /// <summary>Extension packages beside contrib, without the leading <c>postgresql-NN-</c>; those that the suite lacks are left out.</summary>
    public IReadOnlyList<string> ExtensionPackages { get; init; } = ["pgvector", "hypopg", PostgisParts.Package];

    /// <summary>The same with the packages of one suite of Debian and nothing else.</summary>
    public ImageOptions OfSuite(string suite) =>
        new()
        {
            ImagesPath = ImagesPath,
            CachePath = CachePath,
            Source = ImageSource.Debian,
            Suite = suite,
            SuitesByMajor = SuitesByMajor,
            Mirror = Mirror,
            ExtensionPackages = ExtensionPackages,
        };
}
