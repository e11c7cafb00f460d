using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>connection create DB --name N</c>, and how it and <c>connection rotate</c> print the key that they made.</summary>
internal static class ConnectionCreateCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var name = new Option<string>("--name") { Description = "The new connection's name.", Required = true };
        var expires = new Option<long?>("--expires-in") { Description = "For how many seconds the key is valid; default: for ever." };
        var url = new UrlOptions();
        var command = new Command("create", "Make an API key for a database and print the URL that holds it.") { database, name, expires };
        url.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                await url.CheckAsync(parsed, client, cancellationToken);
                ConnectionResource created = await client.CreateConnectionAsync(
                    parsed.GetValue(database)!,
                    new CreateConnectionRequest(parsed.GetValue(name), parsed.GetValue(expires)),
                    cancellationToken
                );
                Print(common, parsed, created, url);
                return 0;
            }
        );
        return command;
    }

    public static void Print(CommonOptions common, ParseResult parsed, ConnectionResource connection, UrlOptions url)
    {
        if (url.Choose(parsed, connection.Urls!) is { } alone && !parsed.GetValue(common.Json))
        {
            common.Terminal.Output.WriteLine(alone);
            return;
        }
        common.Print(
            parsed,
            connection,
            ManagementJson.Default.ConnectionResource,
            output =>
            {
                output.WriteLine($"{connection.Id}  {connection.Name}  of {connection.Database.Name}");
                UrlText.Write(output, connection.Urls!);
                output.WriteLine("The URL holds a key that is not kept: it is not shown again.");
                foreach (KeyResource old in connection.Keys.Skip(1))
                {
                    output.WriteLine($"The key {old.Hint}… is valid until {TextTable.Time(old.ExpiresAt)}.");
                }
            }
        );
    }
}
