using System.CommandLine;
using System.Globalization;

namespace Dormouse.Commands;

/// <summary>How commands name the place of backups, and tell sizes.</summary>
internal static class PlaceText
{
    public static Option<string?> From() =>
        new("--from")
        {
            Description =
                "The folder with the backups, on the platform's machine, or s3://bucket/folder. Default: 'backups' in its data folder.",
            HelpName = "PLACE",
        };

    /// <summary>The platform may have another current folder than the command.</summary>
    public static string? Full(string? place) =>
        place is null || place.StartsWith("s3://", StringComparison.Ordinal) ? place : Path.GetFullPath(place);

    public static string Size(long bytes) =>
        bytes >= 1 << 20
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MiB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB");
}
