using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db create NAME</c></summary>
internal static class DbCreateCommand
{
    public static Command Create(CommonOptions common)
    {
        var name = new Argument<string>("NAME") { Description = "The new database's name." };
        var command = new Command("create", "Make a database and print the URL for an app.") { name };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                DatabaseResource created = await client.CreateDatabaseAsync(
                    new CreateDatabaseRequest(parsed.GetValue(name)),
                    cancellationToken
                );
                common.Print(parsed, created, ManagementJson.Default.DatabaseResource, output => NewDatabaseText.Write(output, created));
                return 0;
            }
        );
        return command;
    }
}
