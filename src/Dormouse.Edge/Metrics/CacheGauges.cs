using System.Diagnostics.Metrics;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Metrics;

/// <summary>What the cache holds at the moment at which somebody reads the metrics; costs nothing in between.</summary>
internal sealed class CacheGauges
{
    public CacheGauges(IMeterFactory meters, AnswerCache cache)
    {
        Meter meter = meters.Create(EdgeMetrics.MeterName);
        meter.CreateObservableUpDownCounter("dormouse.cache.size", () => cache.Bytes, "By", "Memory of cached answers, metadata included.");
        meter.CreateObservableUpDownCounter("dormouse.cache.limit", () => cache.Options.MaxBytes, "By", "What cached answers may take.");
        meter.CreateObservableUpDownCounter("dormouse.cache.entries", () => (long)cache.SizeOfAll().Entries, "{answer}", "Cached answers.");
    }
}
