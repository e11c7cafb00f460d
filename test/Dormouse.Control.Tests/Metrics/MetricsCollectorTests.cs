using System.Diagnostics.Metrics;
using System.Globalization;
using Dormouse.Control.Management;
using Dormouse.Control.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Control.Tests.Metrics;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private IMeterFactory Meters => services.GetRequiredService<IMeterFactory>();

    public void Dispose() => services.Dispose();

    [Fact]
    public void Series_are_bounded_and_what_would_make_more_is_counted()
    {
        using MetricsCollector collector = Collector(seriesMax: 10);
        Counter<long> counter = Meters.Create("Dormouse.Test").CreateCounter<long>("calls");

        for (var caller = 0; caller < 25; caller++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("caller", caller.ToString(CultureInfo.InvariantCulture)));
        }
        counter.Add(1, new KeyValuePair<string, object?>("caller", "3"));

        IReadOnlyList<InstrumentReading> readings = collector.Read();
        InstrumentReading calls = Assert.Single(readings, reading => reading.Name == "calls");
        Assert.Equal(10, readings.Sum(reading => reading.Series.Count));
        Assert.Equal(26, calls.Series.Sum(series => series.Value) + Dropped(readings));
        Assert.Equal(2, calls.Series.Single(series => series.Tags[0].Value == "3").Value);
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_record_at_once()
    {
        using MetricsCollector collector = Collector();
        Histogram<double> times = Meters
            .Create("Dormouse.Test")
            .CreateHistogram("times", "s", "Times.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 3] });

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(worker =>
                    Task.Run(() =>
                    {
                        for (var count = 0; count < 10_000; count++)
                        {
                            times.Record(2, new KeyValuePair<string, object?>("half", worker % 2 == 0 ? "left" : "right"));
                        }
                    })
                )
        );

        InstrumentReading reading = Assert.Single(collector.Read(), reading => reading.Name == "times");
        Assert.Equal(2, reading.Series.Count);
        Assert.All(reading.Series, series => Assert.Equal([0, 40_000, 0], series.Buckets));
        Assert.All(reading.Series, series => Assert.Equal(80_000, series.Value));
    }

    [Fact]
    public void Recording_into_known_series_allocates_nothing()
    {
        using MetricsCollector collector = Collector();
        Meter meter = Meters.Create("Dormouse.Test");
        UpDownCounter<long> level = meter.CreateUpDownCounter<long>("level");
        Histogram<double> times = meter.CreateHistogram<double>("times");
        Record(level, times);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            Record(level, times);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Meters_of_others_are_not_listened_to()
    {
        using MetricsCollector collector = Collector();
        using ServiceProvider others = new ServiceCollection().AddMetrics().BuildServiceProvider();

        Meters.Create("Somebody.Else").CreateCounter<long>("elses").Add(1);
        others.GetRequiredService<IMeterFactory>().Create("Dormouse.Test").CreateCounter<long>("others").Add(1);

        Assert.Equal(["dormouse.metrics.dropped"], collector.Read().Select(reading => reading.Name));
    }

    private static void Record(UpDownCounter<long> level, Histogram<double> times)
    {
        level.Add(1, new KeyValuePair<string, object?>("protocol", "b"));
        times.Record(0.1, new KeyValuePair<string, object?>("protocol", "b"), new KeyValuePair<string, object?>("outcome", "ok"));
    }

    private static double Dropped(IReadOnlyList<InstrumentReading> readings) =>
        readings.Where(reading => reading.Name == "dormouse.metrics.dropped").Sum(reading => reading.Series.Sum(series => series.Value));

    private MetricsCollector Collector(int seriesMax = 100) =>
        new(new ManagementOptions { AdminToken = "", MetricSeriesMax = seriesMax }, Meters);
}
