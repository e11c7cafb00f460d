using System.CommandLine;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Dormouse.Client;
using Dormouse.Contracts.Management;
using Dormouse.Data;

namespace Dormouse.Commands;

/// <summary>What all commands share: where the platform is, and how results are printed.</summary>
internal sealed class CommonOptions(Terminal terminal)
{
    public Terminal Terminal { get; } = terminal;

    public Option<string?> Data { get; } =
        new("--data")
        {
            Description = "The data folder. Default: '.dormouse' in this folder or the nearest one above it that has one.",
            HelpName = "DIR",
            Recursive = true,
        };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the result as one JSON document.", Recursive = true };

    public DataFolder Folder(ParseResult parsed) => DataFolder.Resolve(parsed.GetValue(Data));

    public ManagementClient Client(ParseResult parsed) => ManagementClient.Find(Folder(parsed));

    /// <summary>Prints a result: as JSON where that was asked for, else as <paramref name="text"/> writes it.</summary>
    public void Print<T>(ParseResult parsed, T result, JsonTypeInfo<T> type, Action<TextWriter> text)
    {
        if (parsed.GetValue(Json))
        {
            Terminal.Output.WriteLine(Encoding.UTF8.GetString(ManagementJson.Write(result, type)));
        }
        else
        {
            text(Terminal.Output);
        }
    }

    /// <summary>Prints that something was done, where the result is nothing but that.</summary>
    public void PrintDone(ParseResult parsed, string text) => Terminal.Output.WriteLine(parsed.GetValue(Json) ? "{}" : text);
}
