using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary>How a command that makes a key prints its URL: all of it, or one URL alone for a shell variable.</summary>
internal sealed class UrlOptions
{
    private readonly Option<bool> url = new("--url") { Description = "Print nothing but the URL, for a shell variable." };

    private readonly Option<bool> https = new("--https") { Description = "With --url: the one for https, prisma://…" };

    public void AddTo(Command command)
    {
        command.Options.Add(url);
        command.Options.Add(https);
        command.Validators.Add(result =>
        {
            if (result.GetValue(https) && !result.GetValue(url))
            {
                result.AddError($"{https.Name} says which URL {url.Name} prints, and needs it.");
            }
        });
    }

    /// <summary>Before anything is made: a key that cannot be shown is lost.</summary>
    /// <exception cref="DormouseException">There is no https.</exception>
    public async Task CheckAsync(ParseResult parsed, ManagementClient client, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(https) && (await client.StatusAsync(cancellationToken)).Https is null)
        {
            throw new DormouseException(
                FailureKind.Conflict,
                "DM1018",
                "The platform does not speak https, so it has no such URL. Start it with './dormouse up --https PORT', or name the proxy that "
                    + "does with --public-url."
            );
        }
    }

    /// <summary>The URL to print and nothing else; null: print all.</summary>
    public string? Choose(ParseResult parsed, ConnectionUrls urls) =>
        !parsed.GetValue(url) ? null
        : parsed.GetValue(https) ? urls.Https
        : urls.Prisma;
}
