using System.CommandLine;
using System.CommandLine.Parsing;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db restore BACKUP (NAME [--class CLASS] [--max-class CLASS] | --replace DATABASE) [--from DIR] [--key FILE]</c></summary>
internal sealed class DbRestoreCommand
{
    private readonly Argument<string> backup = new("BACKUP") { Description = "The backup's name, as 'db backup list' shows it." };

    private readonly Argument<string?> name = new("NAME") { Description = "The new database's name.", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string?> replace = new("--replace")
    {
        Description = "Put it in the place of what this database holds now, which is lost; its keys stay.",
        HelpName = "DATABASE",
    };

    private readonly Option<string?> from = PlaceText.From();

    private readonly Option<FileInfo?> key = new("--key")
    {
        Description = "The key file of the platform that made it (keys/1.key of its data folder). Default: this platform's keys.",
        HelpName = "FILE",
    };

    private readonly Option<string?> least = ClassSwitches.Class();

    private readonly Option<string?> most = ClassSwitches.MaxClass("Default: what 'up --max-class' says.");

    public static Command Create(CommonOptions common)
    {
        var restore = new DbRestoreCommand();
        var command = new Command("restore", "Make a database from a backup, or bring one back to it.")
        {
            restore.backup,
            restore.name,
            restore.replace,
            restore.from,
            restore.key,
            restore.least,
            restore.most,
        };
        command.Validators.Add(restore.Validate);
        command.SetAction((parsed, cancellationToken) => restore.RunAsync(common, parsed, cancellationToken));
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (result.GetValue(name) is null == result.GetValue(replace) is null)
        {
            result.AddError("Say where it goes by exactly one of a new NAME and --replace DATABASE.");
        }
        else if (result.GetValue(replace) is not null && (result.GetValue(least) ?? result.GetValue(most)) is not null)
        {
            result.AddError(
                "--class and --max-class are for a new NAME; one that is replaced keeps its class, and 'db resize' changes it."
            );
        }
    }

    private async Task<int> RunAsync(CommonOptions common, ParseResult parsed, CancellationToken cancellationToken)
    {
        string? keyText = parsed.GetValue(key) is { } file ? await File.ReadAllTextAsync(file.FullName, cancellationToken) : null;
        using ManagementClient client = common.Client(parsed);
        var request = new RestoreRequest(
            parsed.GetValue(backup),
            parsed.GetValue(name),
            PlaceText.Full(parsed.GetValue(from)),
            keyText?.Trim(),
            Class: parsed.GetValue(least),
            MaxClass: parsed.GetValue(most)
        );
        DatabaseResource database = parsed.GetValue(replace) is { } replaced
            ? await client.ReplaceContentAsync(replaced, request, cancellationToken)
            : await client.RestoreAsync(request, cancellationToken);
        common.Print(parsed, database, ManagementJson.Default.DatabaseResource, output => NewDatabaseText.Write(output, database));
        return 0;
    }
}
