using System.Diagnostics.Metrics;

namespace Dormouse.Telemetry;

/// <summary>
/// What became of the spans, and the bound of those that wait: a span enters where there is room, and leaves with the export that took it
/// along. Thread-safe.
/// </summary>
internal sealed class OtlpCounts
{
    private static readonly KeyValuePair<string, object?> Sent = new("dormouse.otlp.outcome", "sent");
    private static readonly KeyValuePair<string, object?> Failed = new("dormouse.otlp.outcome", "failed");
    private static readonly KeyValuePair<string, object?> Dropped = new("dormouse.otlp.outcome", "dropped");

    private readonly int waitingMax;
    private readonly Counter<long> spans;
    private readonly Counter<long> unrecorded;
    private int waiting;

    public OtlpCounts(OtlpOptions options, IMeterFactory meters)
    {
        waitingMax = options.SpansWaitingMax;
        Meter meter = meters.Create("Dormouse.Otlp");
        spans = meter.CreateCounter<long>(
            "dormouse.otlp.spans",
            "{span}",
            "Recorded spans that the collector took, that it did not take, and that found no room to wait for it."
        );
        unrecorded = meter.CreateCounter<long>(
            "dormouse.otlp.unrecorded_requests",
            "{request}",
            "Requests that would have been recorded, but for the bound on those of a second."
        );
    }

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref waiting) <= waitingMax)
        {
            return true;
        }
        Interlocked.Decrement(ref waiting);
        spans.Add(1, Dropped);
        return false;
    }

    public void Leave(long count, bool isSent)
    {
        Interlocked.Add(ref waiting, -(int)count);
        spans.Add(count, isSent ? Sent : Failed);
    }

    public void LeftUnrecorded() => unrecorded.Add(1);
}
