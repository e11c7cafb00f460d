using System.Diagnostics.Metrics;

namespace Dormouse.Control.Metrics;

/// <summary>
/// The series of one instrument, one for each set of tags that came. They are few, so they are found by looking at each: that needs no key
/// to be made. Thread-safe.
/// </summary>
internal sealed class InstrumentSeries(Instrument instrument, Func<bool> tryCount, Action drop)
{
    private readonly MetricKind kind = KindOf(instrument);
    private readonly double[] bounds = [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? []];
    private readonly Lock adding = new();

    // Replaced whole by whoever adds one.
    private volatile Series[] all = [];

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if ((Find(all, tags) ?? Add(tags)) is { } series)
        {
            series.Record(value, instrument.IsObservable);
        }
        else
        {
            drop();
        }
    }

    public InstrumentReading Read() =>
        new(instrument.Name, instrument.Unit ?? "", instrument.Description ?? "", kind, [.. all.Select(series => series.Read())]);

    private static Series? Find(Series[] among, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (Series series in among)
        {
            if (series.Has(tags))
            {
                return series;
            }
        }
        return null;
    }

    private Series? Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (adding)
        {
            if (Find(all, tags) is { } meanwhile)
            {
                return meanwhile;
            }
            if (!tryCount())
            {
                return null;
            }
            var added = new Series(tags.ToArray(), kind == MetricKind.Histogram ? bounds : null);
            all = [.. all, added];
            return added;
        }
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
    }

    /// <summary>One number, or for a histogram how many measurements fell between its bounds, and their sum.</summary>
    private sealed class Series(KeyValuePair<string, object?>[] tags, double[]? bounds)
    {
        private readonly long[] buckets = bounds is null ? [] : new long[bounds.Length + 1];
        private double value;

        public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            if (others.Length != tags.Length)
            {
                return false;
            }
            for (var index = 0; index < tags.Length; index++)
            {
                if (others[index].Key != tags[index].Key || !Equals(others[index].Value, tags[index].Value))
                {
                    return false;
                }
            }
            return true;
        }

        public void Record(double measured, bool isWhole)
        {
            if (isWhole)
            {
                Volatile.Write(ref value, measured);
                return;
            }
            if (bounds is not null)
            {
                Interlocked.Increment(ref buckets[BucketOf(measured, bounds)]);
            }
            double seen = Volatile.Read(ref value);
            while (true)
            {
                double before = Interlocked.CompareExchange(ref value, seen + measured, seen);
                // By their bits: a sum that is no number would never equal itself.
                if (BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(seen))
                {
                    return;
                }
                seen = before;
            }
        }

        public SeriesReading Read() =>
            new(
                [.. tags.Select(tag => (tag.Key, tag.Value?.ToString() ?? ""))],
                Volatile.Read(ref value),
                bounds ?? [],
                [.. buckets.Select((_, index) => Volatile.Read(ref buckets[index]))]
            );

        // The first bound that is not below it; behind the last one when all are.
        private static int BucketOf(double measured, double[] bounds)
        {
            int found = Array.BinarySearch(bounds, measured);
            return found >= 0 ? found : ~found;
        }
    }
}
