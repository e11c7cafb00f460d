using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db extension list|add|remove DATABASE [EXTENSION]</c></summary>
internal static class DbExtensionCommand
{
    public static Command Create(CommonOptions common) =>
        new("extension", "Extensions of a database.") { List(common), Add(common), Remove(common) };

    private static Command List(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var command = new Command("list", "List the extensions that a database may have, and which it has.") { database };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                IReadOnlyList<ExtensionResource> all = await client.ListExtensionsAsync(parsed.GetValue(database)!, cancellationToken);
                common.Print(
                    parsed,
                    all,
                    ManagementJson.Default.IReadOnlyListExtensionResource,
                    output => TextTable.Write(output, ["NAME", "VERSION", "INSTALLED", "SCHEMA", "CREATED BY"], all.Select(Row))
                );
                return 0;
            }
        );
        return command;
    }

    private static Command Add(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        Argument<string> extension = Extension();
        var command = new Command("add", "Create an extension in a database, also one for which PostgreSQL asks a superuser.")
        {
            database,
            extension,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                ExtensionResource added = await client.AddExtensionAsync(
                    parsed.GetValue(database)!,
                    parsed.GetValue(extension)!,
                    cancellationToken
                );
                common.Print(
                    parsed,
                    added,
                    ManagementJson.Default.ExtensionResource,
                    output => output.WriteLine($"{added.Name} {added.Installed} in the schema {added.Schema}")
                );
                return 0;
            }
        );
        return command;
    }

    private static Command Remove(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        Argument<string> extension = Extension();
        var command = new Command("remove", "Drop an extension on which nothing in the database depends.") { database, extension };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                await client.RemoveExtensionAsync(parsed.GetValue(database)!, parsed.GetValue(extension)!, cancellationToken);
                return 0;
            }
        );
        return command;
    }

    private static Argument<string> Extension() => new("EXTENSION") { Description = "Its name, as 'db extension list' shows it." };

    private static string[] Row(ExtensionResource extension) =>
        [extension.Name, extension.Version, extension.Installed ?? "", extension.Schema ?? "", extension.CreatedBy];
}
