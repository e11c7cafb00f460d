using System.CommandLine;
using System.Globalization;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db list</c></summary>
internal static class DbListCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("list", "List the databases and their states.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                IReadOnlyList<DatabaseResource> all = await client.ListDatabasesAsync(cancellationToken);
                common.Print(
                    parsed,
                    all,
                    ManagementJson.Default.IReadOnlyListDatabaseResource,
                    output => TextTable.Write(output, ["ID", "NAME", "STATE", "CLASS", "SINCE", "PID"], all.Select(Row))
                );
                return 0;
            }
        );
        return command;
    }

    private static string[] Row(DatabaseResource database) =>
        [
            database.Id,
            database.Name,
            database.State,
            database.Class?.Now ?? "",
            TextTable.Time(database.Since),
            database.Pid?.ToString(CultureInfo.InvariantCulture) ?? "",
        ];
}
