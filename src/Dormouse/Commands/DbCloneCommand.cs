using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db clone DATABASE NAME [--class CLASS] [--max-class CLASS]</c></summary>
internal static class DbCloneCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var name = new Argument<string>("NAME") { Description = "The copy's name." };
        Option<string?> least = ClassSwitches.Class();
        Option<string?> most = ClassSwitches.MaxClass("Default: as the database that is copied.");
        var command = new Command("clone", "Copy a database while it is used, and print the copy's URL for an app.")
        {
            database,
            name,
            least,
            most,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                DatabaseResource made = await client.CloneAsync(
                    parsed.GetValue(database)!,
                    new CreateDatabaseRequest(parsed.GetValue(name), Class: parsed.GetValue(least), MaxClass: parsed.GetValue(most)),
                    cancellationToken
                );
                common.Print(parsed, made, ManagementJson.Default.DatabaseResource, output => NewDatabaseText.Write(output, made));
                return 0;
            }
        );
        return command;
    }
}
