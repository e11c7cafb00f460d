using System.CommandLine;
using Dormouse.Client;

namespace Dormouse.Commands;

/// <summary><c>db delete ID</c></summary>
internal static class DbDeleteCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var command = new Command("delete", "Delete a database, its data and its keys. There is no way back.") { database };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                string name = parsed.GetValue(database)!;
                await client.DeleteDatabaseAsync(name, cancellationToken);
                common.PrintDone(parsed, $"Deleted {name}.");
                return 0;
            }
        );
        return command;
    }
}
