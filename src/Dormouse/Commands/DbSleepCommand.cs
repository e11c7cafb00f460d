using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db sleep ID [--to STATE]</c></summary>
internal static class DbSleepCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var to = new Option<string>("--to")
        {
            Description =
                "frozen: wakes in milliseconds, keeps sessions. reclaimed: so, with its memory in swap. stopped: takes no memory.",
            HelpName = "STATE",
            DefaultValueFactory = _ => "frozen",
        };
        to.AcceptOnlyFromAmong("frozen", "reclaimed", "stopped");
        var command = new Command("sleep", "Put a database to sleep now.") { database, to };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                var request = new SleepRequest(parsed.GetValue(to));
                DatabaseResource asleep = await client.SleepDatabaseAsync(parsed.GetValue(database)!, request, cancellationToken);
                DbShowCommand.Print(common, parsed, asleep);
                return 0;
            }
        );
        return command;
    }
}
