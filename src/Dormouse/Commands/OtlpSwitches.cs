using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dormouse.Roles;
using Dormouse.Telemetry;

namespace Dormouse.Commands;

/// <summary>The options of <c>up</c> about the export of spans and metrics; <see cref="UpOtlp.ToWords"/> is the way back.</summary>
internal sealed class OtlpSwitches
{
    private const int RequestsPerSecondMax = 1_000_000;
    private const double SecondsMax = 3600;

    private readonly Option<string?> endpoint = new("--otlp-endpoint")
    {
        Description = "Send spans and metrics by OTLP over HTTP to this collector: http://localhost:4318. Default: nowhere.",
        HelpName = "URL",
    };

    private readonly Option<string?> headers = new("--otlp-headers")
    {
        Description = $"A file with headers for the collector, a 'name: value' on each line. Default: what {OtlpHeaders.Variable} holds.",
        HelpName = "FILE",
    };

    private readonly Option<double?> ratio = new("--otlp-ratio")
    {
        Description = "The share of requests that are recorded as spans, where their callers have not decided. Default: 1.",
        HelpName = "0..1",
    };

    private readonly Option<int?> requestsPerSecond = new("--otlp-max-per-second")
    {
        Description = string.Create(
            CultureInfo.InvariantCulture,
            $"Requests recorded in a second at most, whoever decided; 0: no limit. Default: {OtlpOptions.DefaultRequestsPerSecond}."
        ),
        HelpName = "N",
    };

    private readonly Option<double?> metricsEvery = new("--otlp-metrics-every")
    {
        Description = "Seconds between two exports of the metrics; 0: none, for collectors of spans alone. Default: 60.",
        HelpName = "SECONDS",
    };

    public void AddTo(Command command)
    {
        Option[] all = [endpoint, headers, ratio, requestsPerSecond, metricsEvery];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
        command.Validators.Add(Validate);
    }

    public UpOtlp? Read(ParseResult parsed) =>
        parsed.GetValue(endpoint) is { } url
            ? new UpOtlp(new Uri(url))
            {
                HeadersFile = parsed.GetValue(headers) is { } file ? Path.GetFullPath(file) : null,
                Ratio = parsed.GetValue(ratio),
                RequestsPerSecond = parsed.GetValue(requestsPerSecond),
                MetricsEvery = parsed.GetValue(metricsEvery) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            }
            : null;

    private void Validate(CommandResult result)
    {
        Option[] dependent = [headers, ratio, requestsPerSecond, metricsEvery];
        if (result.GetResult(endpoint) is null && dependent.FirstOrDefault(option => result.GetResult(option) is not null) is { } lone)
        {
            result.AddError($"{lone.Name} needs {endpoint.Name}.");
        }
        if (result.GetValue(endpoint) is { } url && !IsBase(url))
        {
            result.AddError($"{endpoint.Name}: '{url}' is no address of a collector, such as http://localhost:4318.");
        }
        if (UpSwitches.Parsed(() => result.GetValue(ratio)) is { } share && share is not (>= 0 and <= 1))
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{ratio.Name}: {share} must be from 0 to 1."));
        }
        if (UpSwitches.Parsed(() => result.GetValue(requestsPerSecond)) is < 0 or > RequestsPerSecondMax)
        {
            result.AddError($"{requestsPerSecond.Name} must be from 0 (no limit) to {RequestsPerSecondMax}.");
        }
        if (UpSwitches.Parsed(() => result.GetValue(metricsEvery)) is { } seconds && seconds is not (0 or (>= 1 and <= SecondsMax)))
        {
            result.AddError(
                string.Create(CultureInfo.InvariantCulture, $"{metricsEvery.Name}: {seconds} must be 0 (none) or from 1 to {SecondsMax}.")
            );
        }
    }

    // The signals' paths are put behind it; a password in it would be seen by all who list processes.
    private static bool IsBase(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" };
}
