using System.CommandLine;
using Dormouse.Client;

namespace Dormouse.Commands;

/// <summary><c>db export DATABASE [--file FILE] [--format custom|plain]</c></summary>
internal static class DbExportCommand
{
    private const string Unfinished = ".unfinished";

    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var file = new Option<string>("--file")
        {
            Description = "The file to write; '-' writes to standard output.",
            HelpName = "FILE",
            Required = true,
        };
        var format = new Option<string>("--format")
        {
            Description = "'custom' for pg_restore, or 'plain': SQL.",
            DefaultValueFactory = _ => "custom",
        };
        format.AcceptOnlyFromAmong("custom", "plain");
        var command = new Command("export", "Dump a database by pg_dump while it is used.") { database, file, format };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                string path = parsed.GetValue(file)!;
                Task CopyAsync(Stream output) =>
                    client.ExportAsync(parsed.GetValue(database)!, parsed.GetValue(format)!, output, cancellationToken);
                if (path == "-")
                {
                    await using Stream output = Console.OpenStandardOutput();
                    await CopyAsync(output);
                }
                else
                {
                    await WriteAsync(path, CopyAsync);
                    common.PrintDone(parsed, $"Exported to '{path}'.");
                }
                return 0;
            }
        );
        return command;
    }

    /// <summary>The file is there whole or not at all.</summary>
    private static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        string unfinished = path + Unfinished;
        try
        {
            await using (var output = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                await write(output);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
