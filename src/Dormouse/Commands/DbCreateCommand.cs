using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db create NAME [--class CLASS] [--max-class CLASS]</c></summary>
internal static class DbCreateCommand
{
    public static Command Create(CommonOptions common)
    {
        var name = new Argument<string>("NAME") { Description = "The new database's name." };
        Option<string?> least = ClassSwitches.Class();
        Option<string?> most = ClassSwitches.MaxClass("Default: what 'up --max-class' says.");
        var command = new Command("create", "Make a database and print the URL for an app.") { name, least, most };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                DatabaseResource created = await client.CreateDatabaseAsync(
                    new CreateDatabaseRequest(parsed.GetValue(name), Class: parsed.GetValue(least), MaxClass: parsed.GetValue(most)),
                    cancellationToken
                );
                common.Print(parsed, created, ManagementJson.Default.DatabaseResource, output => NewDatabaseText.Write(output, created));
                return 0;
            }
        );
        return command;
    }
}
