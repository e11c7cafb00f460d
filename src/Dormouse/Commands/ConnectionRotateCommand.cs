using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>connection rotate CON</c></summary>
internal static class ConnectionRotateCommand
{
    public static Command Create(CommonOptions common)
    {
        var connection = new Argument<string>("CONNECTION") { Description = "A connection's id (con_…)." };
        var overlap = new Option<long?>("--overlap")
        {
            Description = "For how many seconds the old key stays valid beside the new one; default: a day. 0 ends it at once.",
            HelpName = "SECONDS",
        };
        var url = new UrlOptions();
        var command = new Command("rotate", "Give a connection a new key.") { connection, overlap };
        url.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                await url.CheckAsync(parsed, client, cancellationToken);
                ConnectionResource rotated = await client.RotateConnectionAsync(
                    parsed.GetValue(connection)!,
                    new RotateConnectionRequest(parsed.GetValue(overlap)),
                    cancellationToken
                );
                ConnectionCreateCommand.Print(common, parsed, rotated, url);
                return 0;
            }
        );
        return command;
    }
}
