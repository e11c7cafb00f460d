using System.Globalization;
using Dormouse.Telemetry;

namespace Dormouse.Roles;

/// <summary>What <c>up</c> was told about the export of spans and metrics.</summary>
/// <param name="Endpoint">Of the collector, without the paths of the signals.</param>
internal sealed record UpOtlp(Uri Endpoint)
{
    /// <summary>A file of headers for the collector; null: those of the environment, if it has any.</summary>
    public string? HeadersFile { get; init; }

    /// <summary>The share of requests that are recorded where the caller has not decided; null: the default.</summary>
    public double? Ratio { get; init; }

    /// <summary>How many requests are recorded in a second at most; null: the default.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>How often metrics are sent; null: the default.</summary>
    public TimeSpan? MetricsEvery { get; init; }

    /// <param name="version">Of this build.</param>
    /// <exception cref="Contracts.DormouseException">The headers cannot be read.</exception>
    public OtlpOptions Options(string version)
    {
        var defaults = new OtlpOptions(Endpoint, version);
        return defaults with
        {
            Headers = HeadersFile is null ? OtlpHeaders.OfEnvironment() : OtlpHeaders.OfFile(HeadersFile),
            Ratio = Ratio ?? defaults.Ratio,
            RequestsPerSecond = RequestsPerSecond ?? defaults.RequestsPerSecond,
            MetricsEvery = MetricsEvery ?? defaults.MetricsEvery,
        };
    }

    /// <summary>The words of a command line that says the same.</summary>
    public IEnumerable<string> ToWords() =>
        [
            "--otlp-endpoint",
            Endpoint.AbsoluteUri,
            .. Words("--otlp-headers", HeadersFile),
            .. Words("--otlp-ratio", Text(Ratio)),
            .. Words("--otlp-max-per-second", Text(RequestsPerSecond)),
            .. Words("--otlp-metrics-every", Text(MetricsEvery?.TotalSeconds)),
        ];

    private static string[] Words(string option, string? value) => value is null ? [] : [option, value];

    private static string? Text(double? number) => number?.ToString(CultureInfo.InvariantCulture);
}
