using System.Diagnostics.Metrics;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Metrics;

public sealed class MetricsEndpointTests
{
    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    public async Task Without_the_admin_token_nothing_is_told(string token)
    {
        await using ManagementServer server = await ManagementServer.StartAsync();

        (int status, JsonElement body) = await server.SendAsync(HttpMethod.Get, "/metrics", null, token);

        Assert.Equal((401, "DM2030"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task What_meters_record_is_told_in_prometheus_text()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        Meter meter = server.Service<IMeterFactory>().Create("Dormouse.Test");
        Counter<long> counter = meter.CreateCounter<long>("dormouse.test.calls", "{call}", "A \\ and\na second line.");
        UpDownCounter<long> level = meter.CreateUpDownCounter<long>("dormouse.test.size", "By", "Bytes.");
        Histogram<double> times = meter.CreateHistogram(
            "dormouse.test.duration",
            "s",
            "Times.",
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] }
        );
        counter.Add(2, new KeyValuePair<string, object?>("dormouse.odd", "a \"quoted\\\nline"));
        counter.Add(3, new KeyValuePair<string, object?>("dormouse.odd", "plain"));
        counter.Add(4, new KeyValuePair<string, object?>("dormouse.odd", "plain"));
        level.Add(10);
        level.Add(-4);
        foreach (double time in new[] { 0.05, 0.1, 0.5, 7 })
        {
            times.Record(time, new KeyValuePair<string, object?>("dormouse.kind", "x"));
        }

        (int status, string? type, string text) = await server.SendForTextAsync(HttpMethod.Get, "/metrics");
        var page = new PrometheusPage(text);

        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, type));
        Assert.Equal(2, page["""dormouse_test_calls_total{dormouse_odd="a \"quoted\\\nline"}"""]);
        Assert.Equal(7, page["""dormouse_test_calls_total{dormouse_odd="plain"}"""]);
        Assert.Contains("# HELP dormouse_test_calls_total A \\\\ and\\na second line.\n", text, StringComparison.Ordinal);
        Assert.Equal(6, page["dormouse_test_size_bytes"]);
        Assert.Equal(2, page["""dormouse_test_duration_seconds_bucket{dormouse_kind="x",le="0.1"}"""]);
        Assert.Equal(3, page["""dormouse_test_duration_seconds_bucket{dormouse_kind="x",le="1"}"""]);
        Assert.Equal(4, page["""dormouse_test_duration_seconds_bucket{dormouse_kind="x",le="+Inf"}"""]);
        Assert.Equal(7.65, page["""dormouse_test_duration_seconds_sum{dormouse_kind="x"}"""], 9);
    }

    [Fact]
    public async Task Instances_are_counted_by_state_and_nothing_of_a_tenant_is_told()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        (_, JsonElement made) = await server.SendAsync(HttpMethod.Post, "/management/databases", """{"name":"shop"}""");
        string id = made.GetProperty("id").GetString()!;

        (_, _, string text) = await server.SendForTextAsync(HttpMethod.Get, "/metrics");
        var page = new PrometheusPage(text);

        Assert.Equal(1, page["""dormouse_instance_count{dormouse_instance_state="running"}"""]);
        Assert.Equal(0, page["""dormouse_instance_count{dormouse_instance_state="stopped"}"""]);
        Assert.Equal(1, page["""dormouse_instance_class{dormouse_instance_class="small"}"""]);
        Assert.Equal(0, page["""dormouse_instance_class{dormouse_instance_class="large"}"""]);
        Assert.Equal(0, server.Instances.Leases);
        Assert.Equal(
            [
                "dormouse_instance_class",
                "dormouse_instance_class_pending",
                "dormouse_instance_count",
                "dormouse_instance_disk_bytes",
                "dormouse_instance_full",
                "dormouse_metrics_dropped_total",
            ],
            page.Families
        );
        Assert.DoesNotContain(id, text, StringComparison.Ordinal);
        Assert.DoesNotContain("shop", text, StringComparison.Ordinal);
        Assert.DoesNotContain(ControlUnderTest.AdminToken, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_counts_requests_and_wakes_and_tells_how_long_they_took()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        Meter meter = server.Service<IMeterFactory>().Create("Dormouse.Edge");
        var bounds = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.01] };
        Histogram<double> requests = meter.CreateHistogram(WorkMetrics.RequestDuration, "s", null, null, bounds);
        Histogram<double> wakes = meter.CreateHistogram(WorkMetrics.WakeWait, "s", null, null, bounds);
        Record(requests, 0.0005, WorkMetrics.Ok, "a");
        Record(requests, 0.005, WorkMetrics.Ok, "b");
        Record(requests, 3, "caller", "b");
        Record(wakes, 0.002, WorkMetrics.Ok, "");
        Record(wakes, 0.5, "failed", "");

        (_, JsonElement shown) = await server.SendAsync(HttpMethod.Get, "/management/status");
        WorkStatus work = shown.GetProperty("work").Deserialize(ManagementJson.Default.WorkStatus)!;

        Assert.Equal([1, 1, 1], work.Requests.Counts);
        Assert.Equal([0.001, 0.01], work.Requests.UpToSeconds);
        Assert.Equal(1, work.RequestsFailed);
        Assert.Equal([0, 1, 1], work.Wakes.Counts);
        Assert.Equal(1, work.WakesFailed);
    }

    private static void Record(Histogram<double> times, double seconds, string outcome, string protocol) =>
        times.Record(
            seconds,
            new KeyValuePair<string, object?>("dormouse.protocol", protocol),
            new KeyValuePair<string, object?>(WorkMetrics.Outcome, outcome)
        );
}
