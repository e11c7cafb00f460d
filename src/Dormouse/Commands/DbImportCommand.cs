using System.CommandLine;
using Dormouse.Client;

namespace Dormouse.Commands;

/// <summary><c>db import DATABASE --file FILE [--into-existing]</c></summary>
internal static class DbImportCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var file = new Option<string>("--file")
        {
            Description = "A dump of pg_dump, custom, tar or plain; '-' reads standard input.",
            HelpName = "FILE",
            Required = true,
        };
        var intoExisting = new Option<bool>("--into-existing") { Description = "Import although the database holds something already." };
        var command = new Command("import", "Import a dump of any PostgreSQL, all of it or nothing.") { database, file, intoExisting };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                string path = parsed.GetValue(file)!;
                await using Stream dump = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
                await client.ImportAsync(parsed.GetValue(database)!, dump, parsed.GetValue(intoExisting), cancellationToken);
                common.PrintDone(parsed, $"Imported into {parsed.GetValue(database)}.");
                return 0;
            }
        );
        return command;
    }
}
