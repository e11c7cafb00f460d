using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>edge add NAME</c></summary>
internal static class EdgeAddCommand
{
    public static Command Create(CommonOptions common)
    {
        var name = new Argument<string>("NAME") { Description = "The new edge's name." };
        var command = new Command("add", "Let one more edge follow this platform, and print its token.") { name };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                EdgeResource added = await client.AddEdgeAsync(new AddEdgeRequest(parsed.GetValue(name)), cancellationToken);
                common.Print(
                    parsed,
                    added,
                    ManagementJson.Default.EdgeResource,
                    output =>
                    {
                        output.WriteLine($"{added.Id}  {added.Name}");
                        output.WriteLine($"Its token, which is not kept and not shown again: {added.Token}");
                        output.WriteLine("On the edge's machine, with the token in a file that nobody else can read:");
                        output.WriteLine("  ./dormouse up --role edge --origin https://HOST:PORT --origin-token-file FILE");
                    }
                );
                return 0;
            }
        );
        return command;
    }
}
