using System.Diagnostics.Metrics;
using Dormouse.Edge.Metrics;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>What the tier on disk holds and does.</summary>
internal sealed class DiskMetrics(IMeterFactory meters)
{
    private readonly Meter meter = meters.Create(EdgeMetrics.MeterName);
    private Counter<long>? writes;
    private Counter<long>? reads;

    public void Watch(DiskCache disk)
    {
        meter.CreateObservableUpDownCounter("dormouse.cache.disk.size", () => disk.Size.Bytes, "By", "Files of cached answers.");
        meter.CreateObservableUpDownCounter("dormouse.cache.disk.limit", () => disk.Options.MaxBytes, "By", "What they may take.");
        meter.CreateObservableUpDownCounter("dormouse.cache.disk.entries", () => (long)disk.Size.Entries, "{answer}", "Answers in them.");
        meter.CreateObservableUpDownCounter(
            "dormouse.cache.disk.memory",
            () => disk.Size.IndexBytes + disk.Size.QueuedBytes,
            "By",
            "Memory for knowing what is where, and for what waits to be written."
        );
        meter.CreateObservableUpDownCounter("dormouse.cache.disk.on", () => disk.IsOn ? 1L : 0, "{tier}", "0 once the disk has failed.");
        writes = meter.CreateCounter<long>(
            "dormouse.cache.disk.writes",
            "{answer}",
            "Answers offered to the disk: written, or dropped because too many waited."
        );
        reads = meter.CreateCounter<long>(
            "dormouse.cache.disk.reads",
            "{answer}",
            "Answers looked for on disk: found, corrupt or gone since, or too many being read."
        );
    }

    public void Wrote(string outcome) => writes?.Add(1, new KeyValuePair<string, object?>("dormouse.outcome", outcome));

    public void Read(string outcome) => reads?.Add(1, new KeyValuePair<string, object?>("dormouse.outcome", outcome));
}
