using Dormouse.Instances.Images;

namespace Dormouse.Instances.Extensions;

/// <summary>
/// Which extensions a tenant may have. PostgreSQL itself lets the tenant's role create those that their authors mark as trusted. Of the others, which
/// only a superuser may create, the platform creates those named here: they read no files, open no connections, run no programs and look into
/// nothing that is not the tenant's. Everything else is refused.
/// </summary>
internal static class AllowedExtensions
{
    /// <summary>
    /// None requires another extension: that one's schema would be searched while the script runs as superuser, and may be the tenant's.
    /// </summary>
    public static readonly IReadOnlySet<string> ByPlatform = new HashSet<string>(StringComparer.Ordinal)
    {
        "bloom",
        "dict_xsyn",
        "hypopg",
        "pgrowlocks",
        "pgstattuple",
        "postgis",
        "vector",
    };

    /// <summary>
    /// Those whose functions call each other by the name of the schema that they were created in, so that PostgreSQL does not move them to another.
    /// </summary>
    public static readonly IReadOnlySet<string> NamingTheirSchema = new HashSet<string>(StringComparer.Ordinal) { "postgis" };

    /// <summary>Those of an image, by name. The language that every database has is none of them: nobody adds or removes it.</summary>
    public static IEnumerable<ImageExtension> Of(PostgresImage image) =>
        image.Manifest.Extensions.Where(extension =>
            extension.Name != "plpgsql" && (extension.Trusted || ByPlatform.Contains(extension.Name))
        );

    /// <exception cref="Dormouse.Contracts.DormouseException">DM3540: not allowed. DM3541: the image lacks it.</exception>
    public static ImageExtension Require(PostgresImage image, string name) =>
        Of(image).FirstOrDefault(extension => extension.Name == name)
        ?? throw (
            ByPlatform.Contains(name)
                ? ExtensionFailures.NotInImage(name, image)
                : ExtensionFailures.NotAllowed(name, Of(image).Select(extension => extension.Name))
        );
}
