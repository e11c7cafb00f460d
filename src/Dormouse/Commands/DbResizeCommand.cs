using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db resize ID [--class CLASS] [--max-class CLASS]</c></summary>
internal static class DbResizeCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        Option<string?> least = ClassSwitches.Class();
        Option<string?> most = ClassSwitches.MaxClass("Default: as before.");
        var command = new Command("resize", "Give a database another class: memory and processors at once, connections at its next start.")
        {
            database,
            least,
            most,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(least) is null && result.GetResult(most) is null)
            {
                result.AddError($"Say {least.Name}, {most.Name} or both.");
            }
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                var request = new ResizeRequest(parsed.GetValue(least), parsed.GetValue(most));
                DatabaseResource resized = await client.ResizeDatabaseAsync(parsed.GetValue(database)!, request, cancellationToken);
                DbShowCommand.Print(common, parsed, resized);
                return 0;
            }
        );
        return command;
    }
}
