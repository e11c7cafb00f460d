using System.CommandLine;
using System.CommandLine.Parsing;
using Dormouse.Contracts;

namespace Dormouse.Commands;

/// <summary>The options of <c>up</c> about the classes of databases.</summary>
internal sealed class SizeSwitches
{
    private readonly Option<string?> maxClass = ClassSwitches.MaxClass("Of databases of which nothing else was asked. Default: small.");

    private readonly Option<double?> growAfter = new("--grow-after")
    {
        Description = "Seconds without a break for which a database must be busy before it moves up a class. Default: 30.",
        HelpName = "SECONDS",
    };

    private readonly Option<double?> shrinkAfter = new("--shrink-after")
    {
        Description = "Seconds without a break for which it must be quiet before it moves down a class. Default: 600.",
        HelpName = "SECONDS",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(maxClass);
        command.Options.Add(growAfter);
        command.Options.Add(shrinkAfter);
        command.Validators.Add(Validate);
    }

    public InstanceClass? ReadMaxClass(ParseResult parsed) => parsed.GetValue(maxClass) is { } word ? InstanceClassWords.Parse(word) : null;

    public TimeSpan? ReadGrowAfter(ParseResult parsed) => UpSwitches.Seconds(parsed.GetValue(growAfter));

    public TimeSpan? ReadShrinkAfter(ParseResult parsed) => UpSwitches.Seconds(parsed.GetValue(shrinkAfter));

    private void Validate(CommandResult result)
    {
        UpSwitches.CheckSeconds(result, growAfter.Name, UpSwitches.Parsed(() => result.GetValue(growAfter)));
        UpSwitches.CheckSeconds(result, shrinkAfter.Name, UpSwitches.Parsed(() => result.GetValue(shrinkAfter)));
    }
}
