using System.CommandLine;
using Dormouse.Contracts;

namespace Dormouse.Commands;

/// <summary>The options about the class of a database.</summary>
internal static class ClassSwitches
{
    public static Option<string?> Class() =>
        Option("--class", "What it is while little is asked of it: its memory, connections and share of the processors.");

    public static Option<string?> MaxClass(string defaultText) => Option("--max-class", $"What it may become under load. {defaultText}");

    private static Option<string?> Option(string name, string description)
    {
        string words = string.Join(", ", InstanceClassWords.All);
        var option = new Option<string?>(name) { Description = $"{description} ({words})", HelpName = "CLASS" };
        option.AcceptOnlyFromAmong([.. InstanceClassWords.All]);
        return option;
    }
}
