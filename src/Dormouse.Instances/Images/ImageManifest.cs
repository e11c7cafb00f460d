namespace Dormouse.Instances.Images;

/// <summary>Where an image's parts came from.</summary>
public enum ImageSource
{
    /// <summary>Debian's packages, by apt.</summary>
    Debian,

    /// <summary>The npm package with a relocatable build.</summary>
    Npm,
}

/// <summary>What an image holds and where it came from; <c>manifest.json</c> beside the root.</summary>
/// <param name="Format">The version of this record's form.</param>
/// <param name="Source">Where the parts came from.</param>
/// <param name="Suite">Debian's suite, or the npm package's version.</param>
/// <param name="PostgresVersion">PostgreSQL's version, such as <c>18.6</c>.</param>
/// <param name="BinPath">Where the programs lie inside the root.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Packages">The packages of which at least one file is in the image.</param>
/// <param name="Tools">PostgreSQL's programs in the image, such as <c>pg_dump</c>.</param>
/// <param name="Extensions">The extensions that <c>CREATE EXTENSION</c> finds.</param>
/// <param name="SizeBytes">The size of all files.</param>
/// <param name="Note">What a person should know of this image, such as why it is the fallback; null if nothing.</param>
public sealed record ImageManifest(
    int Format,
    ImageSource Source,
    string Suite,
    string PostgresVersion,
    string BinPath,
    DateTimeOffset Created,
    IReadOnlyList<ImagePackage> Packages,
    IReadOnlyList<string> Tools,
    IReadOnlyList<ImageExtension> Extensions,
    long SizeBytes,
    string? Note
);

/// <summary>A package that the image took files from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Licences">The licences that its copyright file names; empty where that file is not machine-readable.</param>
public sealed record ImagePackage(string Name, string Version, IReadOnlyList<string> Licences);

/// <summary>An extension that an instance of the image can create.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its default version.</param>
/// <param name="Trusted">Whether a role that is no superuser may create it.</param>
public sealed record ImageExtension(string Name, string Version, bool Trusted);
