using System.CommandLine;
using Dormouse.Background;
using Dormouse.Roles;
using Dormouse.Service;

namespace Dormouse.Commands;

/// <summary><c>service install [--name NAME] [--print] [the options of up]</c></summary>
internal static class ServiceInstallCommand
{
    public static Command Create(CommonOptions common)
    {
        var switches = new UpSwitches();
        Option<string> name = ServiceName.Create();
        var print = new Option<bool>("--print") { Description = "Print the unit; install nothing." };
        var command = new Command(
            "install",
            "Run the platform as a service of this machine's systemd, with the options of 'up', now and at each start of the machine."
        )
        {
            name,
            print,
        };
        switches.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                UpOptions options = switches.Read(parsed, common);
                if (options.Origin is { TokenFile: null })
                {
                    common.Terminal.Fail(
                        "DM1001",
                        $"--origin-token-file: a service does not see {UpOrigin.TokenVariable} of this shell; name a file with the token."
                    );
                    return CommandLine.WrongUsage;
                }
                string unit = SystemdUnit.Text(OwnProgram.Words, options.ToWords(), options.Folder.Path);
                if (parsed.GetValue(print))
                {
                    common.Terminal.Output.Write(unit);
                    return 0;
                }
                SystemdService.CheckHost();
                var service = new SystemdService(parsed.GetValue(name)!);
                if (!service.IsInstalled)
                {
                    // A platform that a person started would keep the service from starting.
                    options.Folder.CreateAndLock().Dispose();
                }
                await service.InstallAsync(unit, cancellationToken);
                common.PrintDone(parsed, Done(service, options));
                return 0;
            }
        );
        return command;
    }

    private static string Done(SystemdService service, UpOptions options) =>
        $"""
            Dormouse runs as a service ({service.File}), now and at each start of the machine. Its log: journalctl -u {service.Name}
            'systemctl stop {service.Name}' ends the platform and leaves its instances as they are; 'dormouse down' stops these too.
            Commands find it by --data {options.Folder.Path}.
            """;
}
