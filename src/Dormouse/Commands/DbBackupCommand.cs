using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db backup DATABASE [--to DIR]</c></summary>
internal static class DbBackupCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var to = new Option<string?>("--to")
        {
            Description =
                "The folder to write to, on the platform's machine, or s3://bucket/folder. Default: 'backups' in its data folder.",
            HelpName = "PLACE",
        };
        var command = new Command("backup", "Back up a database while it is used.") { database, to, DbBackupListCommand.Create(common) };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                BackupResource taken = await client.BackUpAsync(
                    parsed.GetValue(database)!,
                    new BackupRequest(PlaceText.Full(parsed.GetValue(to))),
                    cancellationToken
                );
                common.Print(
                    parsed,
                    taken,
                    ManagementJson.Default.BackupResource,
                    output =>
                    {
                        output.WriteLine(taken.Name);
                        output.WriteLine(
                            $"{PlaceText.Size(taken.SizeBytes)} in '{taken.Place}', of {PlaceText.Size(taken.DataBytes)} of data."
                        );
                        output.WriteLine("It opens with the platform's key only: keep a copy of 'keys' of the data folder elsewhere.");
                    }
                );
                return 0;
            }
        );
        return command;
    }
}
