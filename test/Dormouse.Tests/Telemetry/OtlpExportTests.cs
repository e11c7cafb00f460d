using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dormouse.Telemetry;
using Dormouse.Testing;
using Dormouse.Testing.Otlp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Tests.Telemetry;

/// <summary>The export alone, into a collector of the test's.</summary>
public sealed class OtlpExportTests : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ActivitySource source = new("Dormouse.Test");
    private readonly Dictionary<string, long> spans = [];
    private readonly MeterListener listener = new();
    private OtlpExport? export;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IMeterFactory Meters => services.GetRequiredService<IMeterFactory>();

    public async ValueTask DisposeAsync()
    {
        export?.Dispose();
        listener.Dispose();
        source.Dispose();
        await services.DisposeAsync();
    }

    [Fact]
    public async Task Spans_and_metrics_come_to_the_collector_as_its_protocol_says()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(Cancelled);
        collector.Header = ("x-team", "dormice, all");
        Meters.Create("Dormouse.Test").CreateHistogram<double>("test.naps", "s").Record(1);
        Counter<long> counter = Meters.Create("Dormouse.Test").CreateCounter<long>("test.counted", "{nap}");
        await StartAsync(Options(collector) with { Headers = [new("x-team", "dormice, all")] });

        counter.Add(3, new KeyValuePair<string, object?>("kind", "long"));
        Activity request = Request("POST /query");
        request.SetTag("http.response.status_code", 200).Stop();
        await export!.StopAsync(Cancelled);

        CollectedSpan span = Assert.Single(collector.Spans, span => span.TraceId == request.TraceId.ToHexString());
        Assert.Equal(
            (request.SpanId.ToHexString(), "", "POST /query", SpanKind.Server),
            (span.SpanId, span.ParentId, span.Name, span.Kind)
        );
        Assert.Equal("200", span.Attributes["http.response.status_code"]);
        Assert.True(span.End >= span.Start && span.Start > 0);
        Assert.Equal(("dormouse", "1.2.3"), (span.Resource["service.name"], span.Resource["service.version"]));
        CollectedMetric metric = collector.Metrics.Last(metric => metric.Name == "test.counted");
        Assert.Equal(("sum", "{nap}", "long"), (metric.Shape, metric.Unit, metric.Points.Single()["kind"]));
        Assert.Equal(span.Resource["service.instance.id"], metric.Resource["service.instance.id"]);
    }

    [Fact]
    public async Task A_collector_of_spans_alone_is_sent_no_metrics()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(Cancelled);
        Meters.Create("Dormouse.Test").CreateCounter<long>("test.counted").Add(1);
        await StartAsync(Options(collector) with { MetricsEvery = TimeSpan.Zero });

        Request("alone").Stop();
        await export!.StopAsync(Cancelled);

        Assert.Equal(1, collector.Requests);
        Assert.Equal("alone", Assert.Single(collector.Spans).Name);
    }

    [Fact]
    public async Task An_export_that_the_collector_takes_later_is_repeated_and_one_that_it_refuses_is_not()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(Cancelled);
        collector.Failures.Enqueue(503);
        collector.Failures.Enqueue(429);
        await StartAsync(Options(collector) with { SpansPerExport = 1, RetryPause = TimeSpan.FromMilliseconds(1) });

        Request("first").Stop();
        await Eventually.EqualAsync(1, () => Count("sent"));
        collector.Failures.Enqueue(400);
        Request("second").Stop();
        await Eventually.EqualAsync(1, () => Count("failed"));

        Assert.Equal(4, collector.Requests);
        Assert.Equal(["first"], collector.Spans.Select(span => span.Name));
    }

    [Fact]
    public async Task What_finds_no_room_while_the_collector_is_slow_is_dropped_at_once_and_counted()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(Cancelled);
        var gate = new TaskCompletionSource();
        collector.Gate = gate.Task;
        await StartAsync(Options(collector) with { SpansPerExport = 4, SpansWaitingMax = 8 });

        for (var count = 0; count < 20; count++)
        {
            Request("flood").Stop();
        }
        Assert.Equal(12, Count("dropped"));
        gate.SetResult();

        await Eventually.EqualAsync(8, () => Count("sent"));
        Request("after").Stop();
        await export!.StopAsync(Cancelled);
        Assert.Equal((9L, 12L, 0L), (Count("sent"), Count("dropped"), Count("failed")));
    }

    [Fact]
    public async Task A_collector_that_is_away_does_not_keep_the_platform_from_its_end()
    {
        OtlpCollector collector = await OtlpCollector.StartAsync(Cancelled);
        OtlpOptions options = Options(collector);
        await collector.DisposeAsync();
        await StartAsync(options with { SpansPerExport = 1, RetryPause = TimeSpan.FromHours(1) });
        Request("lost").Stop();

        await export!.StopAsync(Cancelled);

        await Eventually.EqualAsync(1, () => Count("failed"));
    }

    private static OtlpOptions Options(OtlpCollector collector) =>
        new(collector.Endpoint, "1.2.3")
        {
            // Sent when a batch is full, or at the end.
            SpansEvery = TimeSpan.FromHours(1),
            MetricsEvery = TimeSpan.FromHours(1),
            Timeout = TimeSpan.FromMinutes(1),
            StopTimeout = TimeSpan.FromSeconds(30),
            RequestsPerSecond = 0,
        };

    private async Task StartAsync(OtlpOptions options)
    {
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Name == "dormouse.otlp.spans" && ReferenceEquals(instrument.Meter.Scope, Meters))
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                lock (spans)
                {
                    var outcome = (string)tags[0].Value!;
                    spans[outcome] = spans.GetValueOrDefault(outcome) + value;
                }
            }
        );
        listener.Start();
        export = new OtlpExport(options, new OtlpCounts(options, Meters), TimeProvider.System, NullLogger<OtlpExport>.Instance);
        await export.StartAsync(Cancelled);
    }

    private long Count(string outcome)
    {
        lock (spans)
        {
            return spans.GetValueOrDefault(outcome);
        }
    }

    private Activity Request(string name)
    {
        Activity.Current = null;
        return source.StartActivity(name, ActivityKind.Server)!;
    }
}
