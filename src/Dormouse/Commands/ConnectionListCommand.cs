using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>connection list DB</c></summary>
internal static class ConnectionListCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var command = new Command("list", "List the connections of a database.") { database };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                IReadOnlyList<ConnectionResource> all = await client.ListConnectionsAsync(parsed.GetValue(database)!, cancellationToken);
                common.Print(
                    parsed,
                    all,
                    ManagementJson.Default.IReadOnlyListConnectionResource,
                    output => TextTable.Write(output, ["ID", "NAME", "CREATED", "KEYS"], all.Select(Row))
                );
                return 0;
            }
        );
        return command;
    }

    private static string[] Row(ConnectionResource connection) =>
        [connection.Id, connection.Name, TextTable.Time(connection.CreatedAt), string.Join(", ", connection.Keys.Select(Text))];

    private static string Text(KeyResource key) =>
        key.ExpiresAt is null ? $"{key.Hint}…" : $"{key.Hint}… until {TextTable.Time(key.ExpiresAt)}";
}
