namespace Dormouse.Telemetry;

/// <summary>Where spans and metrics go, and the bounds of it.</summary>
/// <param name="Endpoint">Of the collector, without the paths of the signals.</param>
/// <param name="Version">Of this build, as the collector is told.</param>
internal sealed record OtlpOptions(Uri Endpoint, string Version)
{
    /// <summary>
    /// Some 800 spans a second of a kilobyte at most: what a collector on one core takes easily. Callers can ask for their own requests to
    /// be recorded, so it also bounds what a tenant can make of that.
    /// </summary>
    public const int DefaultRequestsPerSecond = 100;

    /// <summary>Sent with each export: the key of a hosted collector, as a rule.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The share of requests that are recorded where the caller has not decided: 0 to 1.</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>Recorded requests a second, whoever decided; 0: no limit.</summary>
    public int RequestsPerSecond { get; init; } = DefaultRequestsPerSecond;

    /// <summary>Zero: no metrics are sent. OpenTelemetry's own default.</summary>
    public TimeSpan MetricsEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Spans that wait for the collector, those on their way to it included; what comes above is dropped. OpenTelemetry's default.</summary>
    public int SpansWaitingMax { get; init; } = 2048;

    /// <summary>Spans in one export. OpenTelemetry's default.</summary>
    public int SpansPerExport { get; init; } = 512;

    /// <summary>How long a span waits for others to travel with. OpenTelemetry's default.</summary>
    public TimeSpan SpansEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For one export with its repetitions. OpenTelemetry's default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Before an export is repeated for the first time; each further pause is twice as long.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often an export is repeated: with pauses of 1, 2 and 4 s that fits into the timeout.</summary>
    public int RetriesMax { get; init; } = 3;

    /// <summary>For what is left when the platform stops: a collector that is away must not keep it from its end.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
