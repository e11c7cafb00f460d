using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Data;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary><c>config check</c>: what <c>up</c> would find on this host. Exit status 1 where something stands in its way.</summary>
internal static class ConfigCheckCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("check", "Check what this host offers, and start nothing.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                DataFolder folder = common.Folder(parsed);
                (IReadOnlyList<string> lines, bool hasProblems) = await HostLines.InspectAsync(folder, common.Terminal, cancellationToken);
                var report = new ConfigReport(folder.Path, lines);
                common.Print(
                    parsed,
                    report,
                    ConfigJson.Default.ConfigReport,
                    output =>
                    {
                        output.WriteLine($"data folder: {report.Data}");
                        foreach (string line in report.Host)
                        {
                            output.WriteLine(line);
                        }
                    }
                );
                return hasProblems ? CommandLine.Failed : 0;
            }
        );
        return command;
    }
}

/// <summary>What <c>config check</c> tells.</summary>
internal sealed record ConfigReport(string Data, IReadOnlyList<string> Host);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ConfigReport))]
internal sealed partial class ConfigJson : JsonSerializerContext;
