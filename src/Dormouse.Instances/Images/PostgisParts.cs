namespace Dormouse.Instances.Images;

/// <summary>
/// What of PostGIS goes into an image: the types and functions of the extension <c>postgis</c> and the database of coordinate systems. Rasters, solids,
/// topologies and addresses stay out: their libraries are three times as large, and GDAL reads files and asks servers.
/// </summary>
internal static class PostgisParts
{
    /// <summary>The package, without the leading <c>postgresql-NN-</c>.</summary>
    public const string Package = "postgis-3";

    /// <summary>Libraries of what stays out, by the beginnings of their packages' names.</summary>
    public static readonly IReadOnlyList<string> UnneededPackages = ["libgdal", "libsfcgal"];

    private const string VersionedControl = "postgis-3.control";
    private const string ProjectionsPath = "/usr/share/proj/proj.db";

    private static readonly string[] FamilyLeftOut =
    [
        "postgis_raster",
        "postgis_sfcgal",
        "postgis_topology",
        "postgis_tiger",
        "address_standardizer",
    ];

    public static bool IsLeftOut(string path)
    {
        string name = Path.GetFileName(path);
        return FamilyLeftOut.Any(start => name.StartsWith(start, StringComparison.Ordinal)) || name == VersionedControl || IsUpdate(name);
    }

    /// <summary>
    /// What lies elsewhere or has another name: the control file, which Debian names anew when it installs the package, and PROJ's database, which is
    /// looked for where it was built to lie. Nothing where the suite has no PostGIS.
    /// </summary>
    /// <param name="builder">Takes them.</param>
    /// <param name="tree">The unpacked packages.</param>
    /// <param name="extensions">The folder of PostgreSQL's extensions.</param>
    public static void Add(RootBuilder builder, SourceTree tree, string extensions)
    {
        if (tree.FindFile($"{extensions}/{VersionedControl}") is { } control && tree.FindFile(ProjectionsPath) is { } projections)
        {
            builder.AddFile($"{extensions}/postgis.control", control);
            builder.AddFile(ProjectionsPath, projections);
        }
    }

    // From one version, or from objects without an extension, to another: the same 8 MB again. The platform makes no such updates (ADR 0027).
    private static bool IsUpdate(string name) =>
        name.StartsWith("postgis--", StringComparison.Ordinal)
        && (
            name.IndexOf("--", "postgis--".Length, StringComparison.Ordinal) > 0
            || name.StartsWith("postgis--unpackaged", StringComparison.Ordinal)
        );
}
