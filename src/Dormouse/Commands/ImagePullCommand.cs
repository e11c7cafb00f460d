using System.CommandLine;
using Dormouse.Data;
using Dormouse.Instances.Images;

namespace Dormouse.Commands;

/// <summary>
/// <c>image pull</c>: makes the default image from the newest packages. A running platform takes it for new databases at once, and for each other
/// when it next starts cold.
/// </summary>
internal static class ImagePullCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("pull", "Make the PostgreSQL image from the newest packages; databases take it when they next start.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                DataFolder folder = common.Folder(parsed);
                Directory.CreateDirectory(folder.Images);
                ImageStore store = folder.ImageStore();
                PostgresImage image = await store.PullAsync(common.Terminal.Progress, cancellationToken);
                ImageReport report = ImageReport.Of(image);
                common.Print(
                    parsed,
                    report,
                    ImageJson.Default.ImageReport,
                    output => output.WriteLine($"{report.Digest}  {report.Version}")
                );
                return 0;
            }
        );
        return command;
    }
}
