using System.Collections.Concurrent;
using System.Diagnostics;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Edge.Tracing;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Tracing;

/// <summary>Listens to the spans of one edge, as OpenTelemetry's parent-based sampler would: a caller's decision is followed.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> begun = new();
    private readonly ActivityListener listener;

    public Spans(EdgeHost edge)
        : this(edge.Service<EdgeTraces>()) { }

    public Spans(EdgeTraces traces)
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, traces.Source),
            Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent == default || options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                    ? ActivitySamplingResult.AllDataAndRecorded
                : options.Parent.IsRemote ? ActivitySamplingResult.PropagationData
                : ActivitySamplingResult.None,
            ActivityStarted = begun.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>The recorded spans that have ended, as they began.</summary>
    public IEnumerable<Activity> All => begun.Where(span => span is { Recorded: true, IsStopped: true });

    /// <summary>The spans of a trace, once those of its requests have ended.</summary>
    public async Task<IReadOnlyList<Activity>> OfAsync(string traceId, int requests = 1)
    {
        await Eventually.EqualAsync(requests, () => Of(traceId).Count(span => span.Kind == ActivityKind.Server));
        return [.. Of(traceId)];
    }

    public IEnumerable<Activity> Of(string traceId) => All.Where(span => span.TraceId.ToHexString() == traceId);

    /// <summary>Whether a span is there, ended or not.</summary>
    public bool HasBegun(string traceId, string name) =>
        begun.Any(span => span.OperationName == name && span.TraceId.ToHexString() == traceId);

    public void Dispose() => listener.Dispose();
}
