using System.Diagnostics;
using Dormouse.Testing;
using Dormouse.Testing.Otlp;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Platform;

/// <summary>A platform that exports to a collector of the test's.</summary>
public sealed class TracingTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spans_and_metrics_of_a_whole_platform_reach_a_collector_and_one_that_is_slow_harms_nobody()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(Cancelled);
        collector.Header = ("x-team", "dormice");
        using var headers = new TestDataFolder();
        Directory.CreateDirectory(headers.Path);
        string file = Path.Combine(headers.Path, "headers");
        await File.WriteAllTextAsync(file, "x-team: dormice\n", Cancelled);
        await using PlatformProcess platform = await PlatformProcess.StartAsync(
            Cancelled,
            "--no-sample",
            "--otlp-endpoint",
            collector.Endpoint.AbsoluteUri,
            "--otlp-headers",
            file,
            "--otlp-ratio",
            "0",
            "--otlp-max-per-second",
            "0",
            "--otlp-metrics-every",
            "1"
        );
        PlatformDatabase database = await platform.CreateDatabaseAsync("traced", Cancelled);
        using ProtocolClient app = ProtocolClient.Of(platform, database);
        await platform.SleepAsync(database.Id, "stopped", Cancelled);

        // By the ratio nothing is recorded, and by its caller this is.
        string trace = await TracedAsync(() => app.ScalarAsync("SELECT 'hunter2'", Cancelled));
        await app.ScalarAsync("SELECT 2", Cancelled);
        IReadOnlyList<CollectedSpan> spans = await collector.TraceAsync(trace, "POST /query");
        await Eventually.TrueAsync(() => collector.Metrics.Any(metric => metric.Name == "dormouse.edge.request.duration"));

        Assert.Equal(
            ["POST /query", "SELECT", "authenticate", "plan", "pool", "route", "serialise", "wake"],
            spans.Select(span => span.Name).Order(StringComparer.Ordinal)
        );
        CollectedSpan request = spans.Single(span => span.Kind == SpanKind.Server);
        Assert.NotEmpty(request.ParentId);
        Assert.Equal(database.Id, request.Attributes["db.namespace"]);
        Assert.Equal("dormouse", request.Resource["service.name"]);
        Assert.Equal(spans.Single(span => span.Name == "route").SpanId, spans.Single(span => span.Name == "wake").ParentId);
        Assert.All(collector.Spans, span => Assert.Equal(trace, span.TraceId));
        Assert.All(
            collector.Spans.SelectMany(span => span.Attributes.Values),
            value => Assert.DoesNotContain("hunter2", value, StringComparison.Ordinal)
        );
        Assert.Contains(
            collector.Metrics.Where(metric => metric.Name == "dormouse.edge.request.duration").SelectMany(metric => metric.Points),
            point => point["dormouse.protocol"] == "b" && point["dormouse.outcome"] == "ok"
        );

        // From now on it answers nobody. 400 requests have more spans than may wait.
        collector.Gate = new TaskCompletionSource().Task;
        await TracedAsync(async () =>
        {
            for (var count = 0; count < 400; count++)
            {
                Assert.Equal(200, await app.StatusAsync("SELECT 3", Cancelled));
            }
            return "";
        });
        Assert.Equal(200, await app.StatusAsync("SELECT 4", Cancelled));
        Assert.Matches(
            "(?m)^dormouse_otlp_spans_total\\{dormouse_otlp_outcome=\"dropped\"\\} [1-9]",
            await platform.MetricsAsync(Cancelled)
        );
        await platform.DownAsync(Cancelled);
    }

    // The client of .NET sends what is current as the parent.
    private static async Task<string> TracedAsync(Func<Task<string?>> ask)
    {
        using var app = new Activity("app");
        app.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        app.Start();
        await ask();
        return app.TraceId.ToHexString();
    }
}
