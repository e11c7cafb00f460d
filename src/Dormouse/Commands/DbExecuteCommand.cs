using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db execute ID (--file F | --command SQL)</c></summary>
internal static class DbExecuteCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var file = new Option<FileInfo?>("--file") { Description = "A file with SQL; '-' reads standard input.", HelpName = "FILE" };
        var sql = new Option<string?>("--command") { Description = "The SQL itself.", HelpName = "SQL" };
        var command = new Command("execute", "Run an SQL script in a database as the role 'app'.") { database, file, sql };
        command.Validators.Add(result =>
        {
            if (result.GetResult(file) is null == result.GetResult(sql) is null)
            {
                result.AddError("Give the script by exactly one of --file and --command.");
            }
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                string script = parsed.GetValue(sql) ?? await ReadAsync(parsed.GetValue(file)!, cancellationToken);
                using ManagementClient client = common.Client(parsed);
                ScriptResult result = await client.ExecuteAsync(parsed.GetValue(database)!, new ExecuteRequest(script), cancellationToken);
                common.Print(
                    parsed,
                    result,
                    ManagementJson.Default.ScriptResult,
                    output =>
                        output.WriteLine(result.Command.Length == 0 ? "Nothing to do." : $"Done; the last command was {result.Command}.")
                );
                return 0;
            }
        );
        return command;
    }

    private static Task<string> ReadAsync(FileInfo file, CancellationToken cancellationToken) =>
        file.Name == "-" ? Console.In.ReadToEndAsync(cancellationToken) : File.ReadAllTextAsync(file.FullName, cancellationToken);
}
