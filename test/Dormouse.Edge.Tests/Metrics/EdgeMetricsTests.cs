using System.Diagnostics.Metrics;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Edge.Tests.Metrics;

/// <summary>What real requests leave behind in the metrics.</summary>
public sealed class EdgeMetricsTests
{
    private const string Requests = "dormouse.edge.request.duration ";
    private const string Active = "dormouse.edge.active_requests ";

    private static readonly string Ask = Plans.Compiled("query", "SELECT 1 AS n");

    [Fact]
    public async Task Requests_are_counted_by_protocol_and_by_how_they_end()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        using var readings = new Readings(edge);
        OlderClient older = await Blog.ClientAsync(edge);
        using HttpClient stranger = edge.NewClient("wrong");

        await edge.QueryAsync(Ask);
        await edge.QueryAsync(Plans.RawQuery("SELECT 1/0"));
        await Reply.OfAsync(stranger, HttpMethod.Post, "/query", Ask);
        await older.QueryAsync(OlderClient.Query("Author", "findMany"));
        await older.QueryAsync(OlderClient.Query("Author", "findNobody"));
        await older.StartAsync();
        await edge.PostAsync("/invalidate", """{"tags":"all"}""");
        await Reply.OfAsync(edge.Http, HttpMethod.Get, "/connection-info", null);

        // An answer is at its client a moment before its request is over here.
        await Eventually.TrueAsync(() => readings.SumOf(Requests) == 9);
        Assert.Equal(0, readings.SumOf(Active));
        Assert.Equal([1, 1, 1], Counts(readings, "b ok", "b caller", "b auth"));
        // The upload, a query and the start of a transaction; the other query's failure is told with status 200, and is one.
        Assert.Equal([3, 1], Counts(readings, "a ok", "a caller"));
        Assert.Equal([2], Counts(readings, "other ok"));
    }

    [Fact]
    public async Task A_request_that_waits_for_a_wake_is_in_flight_and_its_wait_is_measured()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var readings = new Readings(edge);
        edge.Instances.Wake = new TaskCompletionSource();

        Task<Reply> waiting = edge.QueryAsync(Ask);
        await Eventually.EqualAsync(1, () => edge.Instances.WakesAwaited);
        Assert.Equal(1, readings[Active + "b"]);
        edge.Instances.Wake.SetResult();
        await waiting;
        edge.Instances.Wake = null;
        await edge.QueryAsync(Ask);

        await Eventually.EqualAsync(2, () => readings[Requests + "b ok"]);
        Assert.Equal(0, readings[Active + "b"]);
        Assert.Equal(1, readings["dormouse.edge.wake_wait.duration ok"]);
    }

    [Fact]
    public async Task Finds_of_the_cache_and_what_it_holds_are_told()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(null, time);
        using var readings = new Readings(edge);
        (string, string) strategy = ("cache-control", "max-age=60,stale-while-revalidate=600");

        await edge.QueryAsync(Ask);
        await edge.QueryAsync(Ask, strategy);
        await edge.QueryAsync(Ask, strategy);
        await edge.QueryAsync(Ask, strategy);
        time.Advance(TimeSpan.FromSeconds(61));
        await edge.QueryAsync(Ask, strategy);
        readings.Look();

        Assert.Equal(
            (1d, 2d, 1d),
            (readings["dormouse.cache.finds miss"], readings["dormouse.cache.finds ttl"], readings["dormouse.cache.finds swr"])
        );
        Assert.Equal(1, readings["dormouse.cache.entries"]);
        Assert.InRange(readings["dormouse.cache.size"], 1, readings["dormouse.cache.limit"]);
    }

    [Fact]
    public async Task Server_connections_are_told_apart_by_whether_a_transaction_has_them()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var readings = new Readings(edge);
        await edge.PostAsync("/transaction/start", """{"maxWait":20000,"timeout":60000}""");
        await edge.QueryAsync(Ask);

        readings.Look();

        Assert.Equal(
            (1d, 1d, 0d),
            (
                readings["db.client.connection.count used"],
                readings["db.client.connection.count idle"],
                readings["db.client.connection.pending_requests"]
            )
        );
    }

    [Fact]
    public async Task A_refused_request_is_counted_for_its_limit()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(
            options =>
            {
                options.Callers.RequestsPerSecondPerKey = 1;
                options.Limits.MaxBodyBytes = 4096;
            },
            time
        );
        using var readings = new Readings(edge);

        await edge.QueryAsync(Plans.RawQuery("SELECT $1", new string('x', 5000)));
        await edge.QueryAsync(Ask);
        await edge.QueryAsync(Ask);
        await edge.QueryAsync(Ask);

        Assert.Equal((1d, 2d), (readings["dormouse.edge.refusals body_size"], readings["dormouse.edge.refusals key_rate"]));
        await Eventually.TrueAsync(() => readings[Requests + "b limited"] == 3);
    }

    [Fact]
    public async Task No_tag_holds_anything_of_a_tenant_or_a_request()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var readings = new Readings(edge);

        await edge.QueryAsync(Ask, ("cache-control", "max-age=60"));
        await edge.QueryAsync(Plans.RawQuery("SELECT 1/0"));
        readings.Look();
        await Eventually.TrueAsync(() => readings[Requests + "b caller"] == 1);

        Assert.Equal(
            [
                "db.client.connection.count idle",
                "db.client.connection.count used",
                "db.client.connection.pending_requests",
                "dormouse.cache.entries",
                "dormouse.cache.finds miss",
                "dormouse.cache.limit",
                "dormouse.cache.size",
                "dormouse.edge.active_requests b",
                "dormouse.edge.request.duration b caller",
                "dormouse.edge.request.duration b ok",
            ],
            readings.Names.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Recording_what_a_cached_answer_does_allocates_nothing()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new EdgeMetrics(services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        var context = new DefaultHttpContext();
        long heard = 0;
        using var listener = new MeterListener { InstrumentPublished = static (instrument, to) => to.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => heard++);
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => heard++);
        listener.Start();
        Pass(metrics, context);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            Pass(metrics, context);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(heard >= 404, $"{heard} measurements");
    }

    private static void Pass(EdgeMetrics metrics, HttpContext context)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.B);
        metrics.Found(CacheStatus.Ttl);
    }

    private static double[] Counts(Readings readings, params string[] series) => [.. series.Select(name => readings[Requests + name])];
}
