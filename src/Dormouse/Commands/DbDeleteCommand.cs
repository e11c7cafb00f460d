using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db delete ID</c></summary>
internal static class DbDeleteCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var command = new Command(
            "delete",
            "Delete a database, its data and its keys. There is no way back. An attached one is only detached."
        )
        {
            database,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                string name = parsed.GetValue(database)!;
                DatabaseResource found = await client.GetDatabaseAsync(name, cancellationToken);
                await client.DeleteDatabaseAsync(found.Id, cancellationToken);
                common.PrintDone(parsed, found.Server is null ? $"Deleted {name}." : DbDetachCommand.Done(name, found.Server));
                return 0;
            }
        );
        return command;
    }
}
