using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Dormouse.Telemetry;

/// <summary>
/// Listens to the spans and meters of this process and sends them to a collector by OTLP over HTTP, spans as they come and metrics from
/// time to time. Each has a thread of its own, so that a collector that is slow or away holds nothing up. It stops after the front door,
/// with what is left, in bounded time.
/// </summary>
internal sealed class OtlpExport(OtlpOptions options, OtlpCounts counts, TimeProvider timeProvider, ILogger<OtlpExport> logger)
    : IHostedService,
        IDisposable
{
    // Nothing of the environment changes what is exported: OpenTelemetry would read some thirty variables.
    private static readonly IConfiguration NoConfiguration = new ConfigurationBuilder().Build();

    private readonly CancellationTokenSource stopping = new();
    private TracerProvider? spans;
    private MeterProvider? metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        ResourceBuilder resource = ResourceBuilder
            .CreateEmpty()
            .AddService("dormouse", serviceVersion: options.Version, serviceInstanceId: Guid.NewGuid().ToString());
        spans = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(static services => services.AddSingleton(NoConfiguration))
            .SetResourceBuilder(resource)
            .SetSampler(new RequestSampler(options, counts, timeProvider))
            // The second is what a request asks of other servers, which it therefore goes on at.
            .AddSource("Dormouse.*", "System.Net.Http")
            .AddProcessor(new SpanQueue(options, counts, new SpanExporter(To("traces", "spans"), counts)))
            .Build();
        metrics = options.MetricsEvery == TimeSpan.Zero ? null : MetricsFrom(resource);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // Once more, but without patience.
        await stopping.CancelAsync();
        var limit = (int)options.StopTimeout.TotalMilliseconds;
        await Task.WhenAll(
            Task.Run(() => spans?.Shutdown(limit), CancellationToken.None),
            Task.Run(() => metrics?.Shutdown(limit), CancellationToken.None)
        );
    }

    public void Dispose()
    {
        stopping.Cancel();
        spans?.Dispose();
        metrics?.Dispose();
        stopping.Dispose();
    }

    private MeterProvider MetricsFrom(ResourceBuilder resource) =>
        Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(static services => services.AddSingleton(NoConfiguration))
            .SetResourceBuilder(resource)
            .AddMeter("Dormouse.*")
            .AddReader(
                new PeriodicExportingMetricReader(
                    new OtlpMetricExporter(To("metrics", "metrics")),
                    (int)options.MetricsEvery.TotalMilliseconds,
                    (int)options.Timeout.TotalMilliseconds
                )
            )
            .Build();

    private OtlpExporterOptions To(string path, string signal) =>
        new()
        {
            Endpoint = new Uri($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{path}"),
            Protocol = OtlpExportProtocol.HttpProtobuf,
            Compression = OtlpExportCompression.None,
            // Those of the environment, which the client below has where they are wanted.
            Headers = null,
            TimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds,
            HttpClientFactory = () => NewClient(signal),
        };

    private HttpClient NewClient(string signal)
    {
        var sockets = new SocketsHttpHandler
        {
            // Headers with keys go to the collector and nowhere else.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        var client = new HttpClient(new PatientHandler(signal, options, logger, stopping.Token) { InnerHandler = sockets })
        {
            Timeout = options.Timeout,
        };
        foreach ((string name, string value) in options.Headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }
        return client;
    }
}
