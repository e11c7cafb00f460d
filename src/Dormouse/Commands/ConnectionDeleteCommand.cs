using System.CommandLine;
using Dormouse.Client;

namespace Dormouse.Commands;

/// <summary><c>connection delete CON</c></summary>
internal static class ConnectionDeleteCommand
{
    public static Command Create(CommonOptions common)
    {
        var connection = new Argument<string>("CONNECTION") { Description = "A connection's id (con_…)." };
        var command = new Command("delete", "Delete a connection; its keys end at once.") { connection };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                string id = parsed.GetValue(connection)!;
                await client.DeleteConnectionAsync(id, cancellationToken);
                common.PrintDone(parsed, $"Deleted {id}.");
                return 0;
            }
        );
        return command;
    }
}
