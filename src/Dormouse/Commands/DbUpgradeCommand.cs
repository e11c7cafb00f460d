using System.CommandLine;
using System.CommandLine.Parsing;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db upgrade DATABASE (--to MAJOR | --confirm | --back)</c></summary>
internal sealed class DbUpgradeCommand
{
    private readonly Argument<string> database = DatabaseArgument.Create();

    private readonly Option<int?> to = new("--to") { Description = "The major version of PostgreSQL to upgrade to.", HelpName = "MAJOR" };

    private readonly Option<bool> confirm = new("--confirm") { Description = "Remove the data from before the last upgrade." };

    private readonly Option<bool> back = new("--back")
    {
        Description = "Return to the data from before the last upgrade; what was written since is lost.",
    };

    public static Command Create(CommonOptions common)
    {
        var upgrade = new DbUpgradeCommand();
        var command = new Command(
            "upgrade",
            "Move a database to another major version of PostgreSQL, and keep its data from before until confirmed."
        )
        {
            upgrade.database,
            upgrade.to,
            upgrade.confirm,
            upgrade.back,
        };
        command.Validators.Add(upgrade.Validate);
        command.SetAction((parsed, cancellationToken) => upgrade.RunAsync(common, parsed, cancellationToken));
        return command;
    }

    private void Validate(CommandResult result)
    {
        bool[] chosen = [result.GetResult(to) is not null, result.GetValue(confirm), result.GetValue(back)];
        if (chosen.Count(each => each) != 1)
        {
            result.AddError("Say what to do by exactly one of --to MAJOR, --confirm and --back.");
        }
    }

    private async Task<int> RunAsync(CommonOptions common, ParseResult parsed, CancellationToken cancellationToken)
    {
        using ManagementClient client = common.Client(parsed);
        string name = parsed.GetValue(database)!;
        DatabaseResource shown =
            parsed.GetValue(confirm) ? await client.ConfirmUpgradeAsync(name, cancellationToken)
            : parsed.GetValue(back) ? await client.GoBackAsync(name, cancellationToken)
            : await client.UpgradeAsync(name, new UpgradeRequest(parsed.GetValue(to)), cancellationToken);
        DbShowCommand.Print(common, parsed, shown);
        return 0;
    }
}
