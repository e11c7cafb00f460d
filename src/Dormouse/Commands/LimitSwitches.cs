using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Dormouse.Edge;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary>The options of <c>up</c> about the front door's limits: one for each <see cref="UpLimit"/>, and the proxies that are trusted.</summary>
internal sealed class LimitSwitches
{
    // Larger than any limit, and small enough for every type behind them.
    private const double Largest = 1_000_000_000;

    private readonly List<(UpLimit Limit, Option<double?> Option)> limits = [.. UpLimit.All.Select(limit => (limit, OptionOf(limit)))];

    private readonly Option<string[]> proxies = new("--trust-proxy")
    {
        Description = "Believe the X-Forwarded-* headers of this address or network (10.0.0.0/8). May be repeated. Default: nobody's.",
        HelpName = "ADDRESS",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(proxies);
        foreach ((_, Option<double?> option) in limits)
        {
            command.Options.Add(option);
        }
        command.Validators.Add(Validate);
    }

    public IReadOnlyList<(UpLimit Limit, double Value)> Read(Func<Option<double?>, double?> valueOf) =>
        [.. from each in limits let value = valueOf(each.Option) where value is not null select (each.Limit, value.Value)];

    public IReadOnlyList<IPNetwork> ReadProxies(ParseResult parsed) =>
        [.. (parsed.GetValue(proxies) ?? []).Select(text => Network(text)!.Value)];

    private static Option<double?> OptionOf(UpLimit limit) =>
        new(limit.Name)
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"{limit.Description} Default: {limit.Get(new EdgeOptions())}."),
            HelpName = limit.Unit,
        };

    private static IPNetwork? Network(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, 8 * address.GetAddressBytes().Length)
        : IPNetwork.TryParse(text, out IPNetwork network) ? network
        : null;

    private void Validate(CommandResult result)
    {
        foreach (string text in (result.GetValue(proxies) ?? []).Where(text => Network(text) is null))
        {
            result.AddError($"{proxies.Name}: '{text}' is neither an IP address nor a network, such as 10.0.0.0/8.");
        }
        var edge = new EdgeOptions();
        foreach ((UpLimit limit, double value) in Read(option => UpSwitches.Parsed(() => result.GetValue(option))))
        {
            if (value is >= 0 and <= Largest)
            {
                limit.Set(edge, value);
            }
            else
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{limit.Name}: {value} must be from 0 to {Largest}."));
            }
        }
        foreach (string error in edge.FindErrors())
        {
            result.AddError(error);
        }
    }
}
