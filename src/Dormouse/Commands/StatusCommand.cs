using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>status [--watch [SECONDS]]</c></summary>
internal static class StatusCommand
{
    private const double UsualInterval = 2;

    // A look lists all databases; an hour between two of them is no watching.
    private const double IntervalMin = 0.5;
    private const double IntervalMax = 3600;

    // To the corner, and what stood there is gone.
    private const string ClearScreen = "\x1b[H\x1b[J";

    public static Command Create(CommonOptions common)
    {
        var watch = new Option<double?>("--watch")
        {
            Description = Text($"Look again every so many seconds ({UsualInterval} if none are given), until Ctrl-C."),
            HelpName = "SECONDS",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("status", "Show the running platform.") { watch };
        command.Validators.Add(result =>
        {
            if (UpSwitches.Parsed(() => result.GetValue(watch)) is { } seconds && !(seconds is >= IntervalMin and <= IntervalMax))
            {
                result.AddError(Text($"{watch.Name}: {seconds} must be {IntervalMin} to {IntervalMax} seconds."));
            }
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                if (parsed.GetResult(watch) is not null)
                {
                    var interval = TimeSpan.FromSeconds(parsed.GetValue(watch) ?? UsualInterval);
                    await WatchAsync(common, parsed, client, interval, cancellationToken);
                    return 0;
                }
                PlatformStatus status = await client.StatusAsync(cancellationToken);
                common.Print(parsed, status, ManagementJson.Default.PlatformStatus, output => StatusText.Write(output, status));
                return 0;
            }
        );
        return command;
    }

    private static async Task WatchAsync(
        CommonOptions common,
        ParseResult parsed,
        ManagementClient client,
        TimeSpan interval,
        CancellationToken cancellationToken
    )
    {
        using var timer = new PeriodicTimer(interval, TimeProvider.System);
        PlatformStatus? before = null;
        do
        {
            PlatformStatus status = await client.StatusAsync(cancellationToken);
            // What a platform that has ended since counted says nothing of this one.
            PlatformStatus? earlier = before?.StartedAt == status.StartedAt ? before : null;
            common.Print(
                parsed,
                status,
                ManagementJson.Default.PlatformStatus,
                output =>
                {
                    // Where nobody watches, such as in a file, one look stands below the other.
                    output.Write(Console.IsOutputRedirected ? "" : ClearScreen);
                    StatusText.Write(output, status, earlier, interval);
                    output.Write(Console.IsOutputRedirected ? "\n" : "");
                }
            );
            before = status;
        } while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private static string Text(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
