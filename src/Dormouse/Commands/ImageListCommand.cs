using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Data;
using Dormouse.Instances.Images;

namespace Dormouse.Commands;

/// <summary><c>image list</c>: reads the data folder; no platform need run.</summary>
internal static class ImageListCommand
{
    private const int DigestCharsShown = 12;
    private const double Megabyte = 1_000_000;

    public static Command Create(CommonOptions common)
    {
        var command = new Command("list", "List the PostgreSQL images of the data folder.");
        command.SetAction(parsed =>
        {
            DataFolder folder = common.Folder(parsed);
            IReadOnlyList<PostgresImage> images = Directory.Exists(folder.Images) ? folder.ImageStore().List() : [];
            IReadOnlyList<ImageReport> reports = [.. images.Select(ImageReport.Of)];
            common.Print(parsed, reports, ImageJson.Default.IReadOnlyListImageReport, output => Write(output, reports));
            return 0;
        });
        return command;
    }

    private static void Write(TextWriter output, IReadOnlyList<ImageReport> reports)
    {
        TextTable.Write(output, ["DIGEST", "POSTGRESQL", "SOURCE", "SIZE", "EXTENSIONS", "CREATED"], reports.Select(Row));
        foreach (ImageReport report in reports.Where(report => report.Note is not null))
        {
            output.WriteLine($"{report.Digest[..DigestCharsShown]}: {report.Note}");
        }
    }

    private static string[] Row(ImageReport report) =>
        [
            report.Digest[..DigestCharsShown],
            report.Version,
            $"{report.Source} {report.Suite}",
            string.Create(CultureInfo.InvariantCulture, $"{report.SizeBytes / Megabyte:F0} MB"),
            report.Extensions.Count.ToString(CultureInfo.InvariantCulture),
            TextTable.Time(report.Created),
        ];
}

/// <summary>An image as <c>image list --json</c> shows it.</summary>
internal sealed record ImageReport(
    string Digest,
    string Version,
    string Source,
    string Suite,
    long SizeBytes,
    DateTimeOffset Created,
    IReadOnlyList<string> Tools,
    IReadOnlyList<string> Extensions,
    IReadOnlyList<string> Packages,
    string? Note
)
{
    public static ImageReport Of(PostgresImage image) =>
        new(
            image.Digest,
            image.Version,
            image.Manifest.Source == ImageSource.Debian ? "debian" : "npm",
            image.Manifest.Suite,
            image.Manifest.SizeBytes,
            image.Manifest.Created,
            image.Manifest.Tools,
            [.. image.Manifest.Extensions.Select(extension => $"{extension.Name} {extension.Version}")],
            [.. image.Manifest.Packages.Select(package => $"{package.Name} {package.Version}")],
            image.Manifest.Note
        );
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageReport))]
[JsonSerializable(typeof(IReadOnlyList<ImageReport>))]
internal sealed partial class ImageJson : JsonSerializerContext;
