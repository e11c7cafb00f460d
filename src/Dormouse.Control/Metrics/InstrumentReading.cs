namespace Dormouse.Control.Metrics;

internal enum MetricKind
{
    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>Rises and falls.</summary>
    Gauge,

    /// <summary>Counts measurements by size.</summary>
    Histogram,
}

/// <summary>An instrument at one moment.</summary>
internal sealed record InstrumentReading(
    string Name,
    string Unit,
    string Description,
    MetricKind Kind,
    IReadOnlyList<SeriesReading> Series
);

/// <summary>One series of it.</summary>
/// <param name="Tags">By which it is told apart.</param>
/// <param name="Value">The number, or a histogram's sum.</param>
/// <param name="Bounds">A histogram's upper bounds, inclusive and ascending.</param>
/// <param name="Buckets">How many measurements fell up to each bound and above the one before; the last beyond all of them.</param>
internal sealed record SeriesReading(
    IReadOnlyList<(string Name, string Value)> Tags,
    double Value,
    IReadOnlyList<double> Bounds,
    IReadOnlyList<long> Buckets
);
