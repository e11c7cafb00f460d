using System.CommandLine;
using System.Globalization;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>cache invalidate DATABASE --tag TAG… | --all</c></summary>
internal static class CacheInvalidateCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var tags = new Option<string[]>("--tag")
        {
            Description = "Forget the answers that have this tag; may be given several times.",
            HelpName = "TAG",
        };
        var all = new Option<bool>("--all") { Description = "Forget all of the database's answers." };
        var command = new Command("invalidate", "Forget cached answers of a database.") { database, tags, all };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(tags) is { Length: > 0 }) == result.GetValue(all))
            {
                result.AddError("Say what is to be forgotten: --tag TAG, several times for several tags, or --all.");
            }
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                bool everything = parsed.GetValue(all);
                var request = new InvalidateRequest(everything ? null : parsed.GetValue(tags), everything);
                InvalidationResult result = await client.InvalidateCacheAsync(parsed.GetValue(database)!, request, cancellationToken);
                common.Print(
                    parsed,
                    result,
                    ManagementJson.Default.InvalidationResult,
                    output =>
                        output.WriteLine(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{result.Forgotten} answers forgotten{(result.AtThisEdgeAlone ? ", at this edge alone; on the platform's machine the same command is for all" : "")}."
                            )
                        )
                );
                return 0;
            }
        );
        return command;
    }
}
