using System.CommandLine;
using System.CommandLine.Parsing;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary>The options of <c>up</c> about edges of their own; <see cref="UpOrigin.ToWords"/> is the way back.</summary>
internal sealed class EdgeSwitches
{
    private const string AllRoles = "all";
    private const string EdgeRole = "edge";

    private readonly Option<string> role = new("--role")
    {
        Description = "What this process is: 'all', a whole platform, or 'edge', a front door with a cache before a platform elsewhere.",
        HelpName = "ROLE",
        DefaultValueFactory = _ => AllRoles,
    };

    private readonly Option<string?> origin = new("--origin")
    {
        Description = "Of an edge: the platform's door for edges, such as https://db.example.com:4477.",
        HelpName = "URL",
    };

    private readonly Option<string?> tokenFile = new("--origin-token-file")
    {
        Description = $"Of an edge: the file with the token that 'edge add' printed. Default: the variable {UpOrigin.TokenVariable}.",
        HelpName = "FILE",
    };

    private readonly Option<string?> originCa = new("--origin-ca")
    {
        Description = "Of an edge: the CA of the platform's certificate, in PEM. Default: those that this machine trusts.",
        HelpName = "FILE",
    };

    private readonly Option<string?> region = new("--region")
    {
        Description = "The name that clients are told as the region of their answers. Default: LOCAL.",
        HelpName = "NAME",
    };

    private readonly Option<int?> edges = new("--edges")
    {
        Description = "A port for edges of their own, with TLS where there is --https, else on this machine alone; 0 takes a free one.",
        HelpName = "PORT",
    };

    public void AddTo(Command command)
    {
        Option[] all = [role, origin, tokenFile, originCa, region, edges];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
        command.Validators.Add(Validate);
    }

    public UpOrigin? ReadOrigin(ParseResult parsed) =>
        parsed.GetValue(origin) is { } address
            ? new UpOrigin(new Uri(address))
            {
                TokenFile = FullPath(parsed.GetValue(tokenFile)),
                CaFile = FullPath(parsed.GetValue(originCa)),
            }
            : null;

    public string? ReadRegion(ParseResult parsed) => parsed.GetValue(region);

    public int? ReadEdgesPort(ParseResult parsed) => parsed.GetValue(edges);

    private static string? FullPath(string? file) => file is null ? null : Path.GetFullPath(file);

    private void Validate(CommandResult result)
    {
        string played = result.GetValue(role) ?? AllRoles;
        string? address = result.GetValue(origin);
        UpSwitches.CheckPort(result, edges.Name, UpSwitches.Parsed(() => result.GetValue(edges)) ?? 0, 0);
        if (played is not (AllRoles or EdgeRole))
        {
            result.AddError($"{role.Name}: '{played}' is no role; there are '{AllRoles}' and '{EdgeRole}'.");
        }
        bool isEdge = played == EdgeRole;
        if (isEdge != address is not null)
        {
            result.AddError($"{role.Name} {EdgeRole} and {origin.Name} go together.");
        }
        if (!isEdge && (result.GetValue(tokenFile) is not null || result.GetValue(originCa) is not null))
        {
            result.AddError($"{tokenFile.Name} and {originCa.Name} are for {role.Name} {EdgeRole}.");
        }
        if (isEdge && result.GetResult(edges) is not null)
        {
            result.AddError($"{edges.Name} is for the platform that edges follow, not for an edge.");
        }
        if (
            address is not null
            && (!UpSwitches.IsOrigin(address) || (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || IsInClear(url)))
        )
        {
            result.AddError(
                $"{origin.Name}: '{address}' must be https:// with a host and nothing behind it. API keys go there, so http:// is for this "
                    + "machine alone."
            );
        }
        if (result.GetValue(region) is { } name && (name.Length is 0 or > 16 || name.Any(letter => !char.IsAsciiLetterOrDigit(letter))))
        {
            result.AddError($"{region.Name}: '{name}' must be 1 to 16 letters or digits.");
        }
    }

    private static bool IsInClear(Uri url) => url.Scheme == "http" && !url.IsLoopback;
}
