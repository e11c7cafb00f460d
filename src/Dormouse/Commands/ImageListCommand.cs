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
            IReadOnlyList<ImageReport> reports = Directory.Exists(folder.Images) ? Reports(folder) : [];
            common.Print(parsed, reports, ImageJson.Default.IReadOnlyListImageReport, output => Write(output, reports));
            return 0;
        });
        return command;
    }

    private static List<ImageReport> Reports(DataFolder folder)
    {
        ImageStore store = folder.ImageStore();
        var uses = ImageUses.Read(folder.Instances);
        HashSet<string> unused = [.. store.FindUnused(uses).Select(image => image.Digest)];
        return
        [
            .. store
                .List()
                .Select(image =>
                    ImageReport.Of(image) with
                    {
                        Databases = uses.DatabasesOf(image.Digest),
                        Unused = unused.Contains(image.Digest),
                    }
                ),
        ];
    }

    private static void Write(TextWriter output, IReadOnlyList<ImageReport> reports)
    {
        TextTable.Write(output, ["DIGEST", "POSTGRESQL", "SOURCE", "SIZE", "EXTENSIONS", "DATABASES", "CREATED"], reports.Select(Row));
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
            report.Unused is true ? "unused" : string.Create(CultureInfo.InvariantCulture, $"{report.Databases}"),
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
    /// <summary>How many databases run on it or keep data of it; only in a list.</summary>
    public int? Databases { get; init; }

    /// <summary>Whether <c>image prune</c> and the platform's next start remove it.</summary>
    public bool? Unused { get; init; }

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
[JsonSerializable(typeof(PruneReport))]
internal sealed partial class ImageJson : JsonSerializerContext;
