using System.CommandLine;
using Dormouse.Service;

namespace Dormouse.Commands;

/// <summary><c>service uninstall [--name NAME]</c></summary>
internal static class ServiceUninstallCommand
{
    public static Command Create(CommonOptions common)
    {
        Option<string> name = ServiceName.Create();
        var command = new Command("uninstall", "End the service and remove it. Its data stays, and its instances as they are.") { name };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                SystemdService.CheckHost();
                var service = new SystemdService(parsed.GetValue(name)!);
                bool was = await service.UninstallAsync(cancellationToken);
                common.PrintDone(
                    parsed,
                    was
                        ? $"The service '{service.Name}' is gone. Its instances are as they were; './dormouse down' stops them."
                        : $"There is no service '{service.Name}'."
                );
                return 0;
            }
        );
        return command;
    }
}
