namespace Dormouse.Instances.Images;

/// <summary>What a recipe laid out in its work folder: <c>root</c>, <c>initdb-extra</c>, and this.</summary>
internal sealed record ImageParts(
    ImageSource Source,
    string Suite,
    string PostgresVersion,
    string BinPath,
    string SharePath,
    IReadOnlyList<ImagePackage> Packages
);
