using System.CommandLine;
using Dormouse.Background;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary><c>up</c>: sets up what is missing and runs the platform.</summary>
internal static class UpCommand
{
    public static Command Create(CommonOptions common)
    {
        var switches = new UpSwitches();
        var detach = new Option<bool>("--detach") { Description = "Run in the background; return once it is ready." };
        var background = new Option<bool>(BackgroundPlatform.Option) { Hidden = true };
        var command = new Command("up", "Set up what is missing, start the platform, and print what to paste into an app.")
        {
            detach,
            background,
        };
        switches.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                UpOptions options = switches.Read(parsed, common);
                if (parsed.GetValue(background))
                {
                    return BackgroundPlatform.RunAsync(options, common.Terminal, cancellationToken);
                }
                void Print(UpReport report) =>
                    common.Print(parsed, report, UpJson.Default.UpReport, output => UpText.Write(output, report));
                return parsed.GetValue(detach)
                    ? BackgroundPlatform.StartAsync(options, common.Terminal, Print, cancellationToken)
                    : ForegroundPlatform.RunAsync(options, common.Terminal, Print, cancellationToken);
            }
        );
        return command;
    }
}
