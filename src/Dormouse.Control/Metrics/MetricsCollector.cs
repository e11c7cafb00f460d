using System.Diagnostics.Metrics;
using Dormouse.Control.Management;

namespace Dormouse.Control.Metrics;

/// <summary>
/// Sums up what the meters of this host record, Dormouse's own ones alone, from the moment at which it is made. Recording into a series
/// that is known takes no lock and allocates nothing. The number of series is bounded: what would make more is counted as dropped.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly IMeterFactory meters;
    private readonly int seriesMax;
    private readonly Lock changing = new();
    private readonly Lock reading = new();
    private readonly List<InstrumentSeries> instruments = [];
    private int seriesCount;
    private long dropped;

    public MetricsCollector(ManagementOptions options, IMeterFactory meters)
    {
        this.meters = meters;
        seriesMax = options.MetricSeriesMax;
        meters
            .Create("Dormouse.Control")
            .CreateObservableCounter(
                "dormouse.metrics.dropped",
                () => Volatile.Read(ref dropped),
                "{measurement}",
                "Measurements that are in no other series, since there were too many of these."
            );
        listener.InstrumentPublished = Listen;
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        listener.Start();
        // The count of what is dropped gets its series first, so that it is never what is dropped.
        listener.RecordObservableInstruments();
    }

    /// <summary>All series as they stand, by the instruments' names.</summary>
    public IReadOnlyList<InstrumentReading> Read()
    {
        lock (reading)
        {
            listener.RecordObservableInstruments();
        }
        lock (changing)
        {
            return [.. instruments.Select(instrument => instrument.Read()).OrderBy(reading => reading.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose() => listener.Dispose();

    private void Listen(Instrument instrument, MeterListener to)
    {
        // Meters of another host in this process, such as another test's, are not ours.
        if (!ReferenceEquals(instrument.Meter.Scope, meters) || !instrument.Meter.Name.StartsWith("Dormouse.", StringComparison.Ordinal))
        {
            return;
        }
        var series = new InstrumentSeries(instrument, TryCountSeries, () => Interlocked.Increment(ref dropped));
        lock (changing)
        {
            instruments.Add(series);
        }
        to.EnableMeasurementEvents(instrument, series);
    }

    private bool TryCountSeries()
    {
        if (Interlocked.Increment(ref seriesCount) <= seriesMax)
        {
            return true;
        }
        Interlocked.Decrement(ref seriesCount);
        return false;
    }
}
