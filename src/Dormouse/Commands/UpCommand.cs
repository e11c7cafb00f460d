using System.CommandLine;
using System.Net;
using Dormouse.Background;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary><c>up</c>: sets up what is missing and runs the platform.</summary>
internal static class UpCommand
{
    private const double SecondsMax = 365 * 24 * 3600;

    public static Command Create(CommonOptions common)
    {
        var http = new Option<int>("--http")
        {
            Description = "The front door's port; 0 takes a free one.",
            HelpName = "PORT",
            DefaultValueFactory = _ => UpOptions.DefaultHttpPort,
        };
        var tcp = new Option<int?>("--tcp")
        {
            Description = "The port for direct PostgreSQL connections. Noted only: the TCP gateway comes later.",
            HelpName = "PORT",
        };
        var listen = new Option<string?>("--listen")
        {
            Description = "The address to listen at. Default: loopback only. There is no TLS yet: put a proxy before any other address.",
            HelpName = "ADDRESS",
        };
        var controlStore = new Option<string?>("--control-store")
        {
            Description = "Keep the control store in this PostgreSQL (an Npgsql connection string) and not in an instance of the platform.",
            HelpName = "CONNECTION",
        };
        var detach = new Option<bool>("--detach") { Description = "Run in the background; return once it is ready." };
        var noSample = new Option<bool>("--no-sample") { Description = "Make no sample database at the first run." };
        var freezeAfter = new Option<double?>("--freeze-after")
        {
            Description = "Seconds without use after which a database freezes. Default: 5.",
            HelpName = "SECONDS",
        };
        var stopAfter = new Option<double?>("--stop-after")
        {
            Description = "Seconds without use after which a database stops. Default: 600.",
            HelpName = "SECONDS",
        };
        var background = new Option<bool>(BackgroundPlatform.Option) { Hidden = true };
        var command = new Command("up", "Set up what is missing, start the platform, and print what to paste into an app.")
        {
            http,
            tcp,
            listen,
            controlStore,
            detach,
            noSample,
            freezeAfter,
            stopAfter,
            background,
        };
        command.Validators.Add(result => CheckPort(result.AddError, "--http", Parsed(() => result.GetValue(http)), 0));
        command.Validators.Add(result => CheckPort(result.AddError, "--tcp", Parsed(() => result.GetValue(tcp)) ?? 1, 1));
        command.Validators.Add(result =>
        {
            if (result.GetValue(listen) is { } text && !IPAddress.TryParse(text, out _))
            {
                result.AddError($"--listen: '{text}' is no IP address, such as 127.0.0.1 or 0.0.0.0.");
            }
        });
        command.Validators.Add(result => CheckSeconds(result.AddError, "--freeze-after", Parsed(() => result.GetValue(freezeAfter))));
        command.Validators.Add(result => CheckSeconds(result.AddError, "--stop-after", Parsed(() => result.GetValue(stopAfter))));
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var options = new UpOptions
                {
                    Folder = common.Folder(parsed),
                    HttpPort = parsed.GetValue(http),
                    TcpPort = parsed.GetValue(tcp),
                    Listen = parsed.GetValue(listen) is { } address ? IPAddress.Parse(address) : null,
                    ControlStore = parsed.GetValue(controlStore),
                    FreezeAfter = Seconds(parsed.GetValue(freezeAfter)),
                    StopAfter = Seconds(parsed.GetValue(stopAfter)),
                    Sample = !parsed.GetValue(noSample),
                };
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

    // A word that is no number is reported by the parser itself, and must not be read here: the library throws.
    private static T? Parsed<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    private static TimeSpan? Seconds(double? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;

    private static void CheckSeconds(Action<string> addError, string option, double? seconds)
    {
        if (seconds is { } known && !(known > 0 && known <= SecondsMax))
        {
            addError($"{option}: {known} must be above 0 and at most {SecondsMax} (a year).");
        }
    }

    private static void CheckPort(Action<string> addError, string option, int port, int min)
    {
        if (port < min || port > IPEndPoint.MaxPort)
        {
            addError($"{option}: {port} is no port; there are {min} to {IPEndPoint.MaxPort}.");
        }
    }
}
