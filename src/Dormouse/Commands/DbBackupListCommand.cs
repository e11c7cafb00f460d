using System.CommandLine;
using System.Globalization;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db backup list [DATABASE] [--from DIR]</c></summary>
internal static class DbBackupListCommand
{
    public static Command Create(CommonOptions common)
    {
        var database = new Argument<string?>("DATABASE")
        {
            Description = "Only those of this database, by its id (db_…) or name.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> from = PlaceText.From();
        var command = new Command("list", "List backups, oldest first.") { database, from };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                IReadOnlyList<BackupResource> all = await client.ListBackupsAsync(
                    parsed.GetValue(database),
                    PlaceText.Full(parsed.GetValue(from)),
                    cancellationToken
                );
                common.Print(
                    parsed,
                    all,
                    ManagementJson.Default.IReadOnlyListBackupResource,
                    output => TextTable.Write(output, ["BACKUP", "DATABASE", "TAKEN", "POSTGRESQL", "SIZE", "DATA"], all.Select(Row))
                );
                return 0;
            }
        );
        return command;
    }

    private static string[] Row(BackupResource backup) =>
        [
            backup.Name,
            backup.DatabaseName,
            TextTable.Time(backup.TakenAt),
            backup.PostgresVersion.ToString(CultureInfo.InvariantCulture),
            PlaceText.Size(backup.SizeBytes),
            PlaceText.Size(backup.DataBytes),
        ];
}
