using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db detach DATABASE</c></summary>
internal static class DbDetachCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var command = new Command("detach", "Forget an attached database and end its keys. Its server and its data are not touched.")
        {
            database,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                string name = parsed.GetValue(database)!;
                DatabaseResource found = await client.GetDatabaseAsync(name, cancellationToken);
                await client.DetachAsync(found.Id, cancellationToken);
                common.PrintDone(parsed, Done(name, found.Server!));
                return 0;
            }
        );
        return command;
    }

    public static string Done(string name, ServerResource server) =>
        $"Detached {name}: its keys have ended. Nothing was changed on {server.Host}; the data is where it was.";
}
