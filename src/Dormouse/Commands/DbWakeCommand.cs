using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db wake ID</c></summary>
internal static class DbWakeCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var command = new Command("wake", "Wake a database now.") { database };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                DatabaseResource awake = await client.WakeDatabaseAsync(parsed.GetValue(database)!, cancellationToken);
                DbShowCommand.Print(common, parsed, awake);
                return 0;
            }
        );
        return command;
    }
}
