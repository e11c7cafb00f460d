using System.Text.RegularExpressions;

namespace Dormouse.Instances.Images;

/// <summary>Reads the control files of a build's extensions.</summary>
internal static partial class ExtensionCatalog
{
    public static IReadOnlyList<ImageExtension> Read(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.control")
            .Order(StringComparer.Ordinal)
            .Select(file =>
            {
                string text = File.ReadAllText(file);
                return new ImageExtension(
                    Path.GetFileNameWithoutExtension(file),
                    DefaultVersion().Match(text).Groups[1].Value,
                    Trusted().IsMatch(text)
                );
            })
            .ToList();

    [GeneratedRegex(@"^\s*default_version\s*=\s*'([^']*)'", RegexOptions.Multiline)]
    private static partial Regex DefaultVersion();

    [GeneratedRegex(@"^\s*trusted\s*=\s*(true|on|yes|1)\b", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Trusted();
}
