using System.CommandLine;
using Dormouse.Client;

namespace Dormouse.Commands;

/// <summary><c>edge remove EDGE</c></summary>
internal static class EdgeRemoveCommand
{
    public static Command Create(CommonOptions common)
    {
        var edge = new Argument<string>("EDGE") { Description = "An edge's id or name." };
        var command = new Command("remove", "End an edge's token; once this returns the edge serves nothing any more.") { edge };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                string named = parsed.GetValue(edge)!;
                await client.RemoveEdgeAsync(named, cancellationToken);
                common.PrintDone(parsed, $"Removed {named}.");
                return 0;
            }
        );
        return command;
    }
}
