using System.Diagnostics.Metrics;
using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Metrics;

/// <summary>Listens to the meters of one edge, and adds up what they say by name and tags.</summary>
internal sealed class Readings : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly Lock changing = new();
    private readonly Dictionary<string, double> sums = [];

    public Readings(EdgeHost edge)
    {
        IMeterFactory meters = edge.Service<IMeterFactory>();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name == "Dormouse.Edge")
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        // Of a histogram it is the number of measurements that is compared.
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Record(instrument, 1, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (changing)
            {
                return [.. sums.Keys];
            }
        }
    }

    /// <summary>Of an instrument, such as <c>dormouse.cache.finds ttl</c>: the values of its tags behind its name.</summary>
    public double this[string series]
    {
        get
        {
            lock (changing)
            {
                return sums.GetValueOrDefault(series);
            }
        }
    }

    /// <summary>All series of an instrument together.</summary>
    public double SumOf(string instrument)
    {
        lock (changing)
        {
            return sums.Where(pair => pair.Key.StartsWith(instrument, StringComparison.Ordinal)).Sum(pair => pair.Value);
        }
    }

    /// <summary>Looks at the gauges.</summary>
    public void Look() => listener.RecordObservableInstruments();

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string series = instrument.Name;
        foreach ((_, object? tag) in tags)
        {
            series += " " + tag;
        }
        lock (changing)
        {
            sums[series] = value + (instrument.IsObservable ? 0 : sums.GetValueOrDefault(series));
        }
    }
}
