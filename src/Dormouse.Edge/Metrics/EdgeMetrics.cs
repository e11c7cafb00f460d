using System.Diagnostics.Metrics;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Http;
using Dormouse.Edge.Tracing;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Metrics;

/// <summary>
/// What requests record as they pass. Tags come from short lists, never from a request or a tenant, and recording allocates nothing. What
/// is there anyway and only has to be looked at is in <see cref="EdgeGauges"/>. Thread-safe.
/// </summary>
internal sealed class EdgeMetrics
{
    public const string MeterName = "Dormouse.Edge";

    private const string Protocol = "dormouse.protocol";
    private const string Outcome = WorkMetrics.Outcome;

    // From the tenth of a millisecond of a cached answer to the minute after which a query is cancelled.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
        [
            0.0001,
            0.00025,
            0.0005,
            0.001,
            0.0025,
            0.005,
            0.01,
            0.025,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
            30,
            60,
        ],
    };

    private readonly TimeProvider timeProvider;
    private readonly Histogram<double> requests;
    private readonly UpDownCounter<long> active;
    private readonly Counter<long> finds;
    private readonly Counter<long> refusals;
    private readonly Histogram<double> wakeWaits;

    public EdgeMetrics(IMeterFactory meters, TimeProvider timeProvider)
    {
        this.timeProvider = timeProvider;
        Meter meter = meters.Create(MeterName);
        requests = meter.CreateHistogram(
            WorkMetrics.RequestDuration,
            "s",
            "Requests of apps by protocol and outcome, from their headers to the end of their answer.",
            null,
            Seconds
        );
        active = meter.CreateUpDownCounter<long>("dormouse.edge.active_requests", "{request}", "Requests of apps in flight.");
        finds = meter.CreateCounter<long>(
            "dormouse.cache.finds",
            "{answer}",
            "Answers to requests for the cache, by what accelerate-cache-status says of them."
        );
        refusals = meter.CreateCounter<long>("dormouse.edge.refusals", "{request}", "Requests refused, by the limit that they met.");
        wakeWaits = meter.CreateHistogram(
            WorkMetrics.WakeWait,
            "s",
            "How long requests waited for a sleeping instance; those that share a wake count each.",
            null,
            Seconds
        );
    }

    /// <summary>Counts a request until what this returns is disposed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="protocol">Whose: <c>a</c>, <c>b</c> or <c>other</c>.</param>
    public Passage Begin(HttpContext context, string protocol)
    {
        bool isCounted = active.Enabled;
        if (isCounted)
        {
            active.Add(1, new KeyValuePair<string, object?>(Protocol, protocol));
        }
        return new Passage(this, context, protocol, timeProvider.GetTimestamp(), isCounted);
    }

    public void Found(CacheStatus status)
    {
        if (finds.Enabled && status.Word() is { } word)
        {
            finds.Add(1, new KeyValuePair<string, object?>("dormouse.cache.status", word));
        }
    }

    /// <summary>Counts a request that was answered from memory at once.</summary>
    /// <param name="protocol">Whose: <c>a</c> or <c>b</c>.</param>
    /// <param name="began">The timestamp at which it had arrived.</param>
    public void Hit(string protocol, long began)
    {
        Found(CacheStatus.Ttl);
        Record(protocol, Outcomes.Ok, began);
    }

    /// <summary>Notes how a request failed, for the end of its passage, and which limit refused it, if one did.</summary>
    /// <param name="context">The request.</param>
    /// <param name="failure">What the client is told; null for one that has gone.</param>
    public void Failed(HttpContext context, FailureReply? failure)
    {
        context.Features.Set(new RequestFailure(failure is null ? Outcomes.Gone : Outcomes.Of(failure)));
        if (refusals.Enabled && Outcomes.LimitOf(failure?.Reason) is { } limit)
        {
            refusals.Add(1, new KeyValuePair<string, object?>("dormouse.limit", limit));
        }
    }

    /// <summary>The same for what the origin of this edge has refused.</summary>
    public static void Failed(HttpContext context, int status) => context.Features.Set(new RequestFailure(Outcomes.Of(status)));

    /// <summary>Waits for an instance that is being woken.</summary>
    public async ValueTask<IInstanceLease> WakeAsync(ValueTask<IInstanceLease> waking)
    {
        using Stage stage = Stage.Start("wake");
        long began = timeProvider.GetTimestamp();
        string outcome = Outcomes.Failed;
        try
        {
            IInstanceLease lease = await waking;
            outcome = Outcomes.Ok;
            stage.End();
            return lease;
        }
        catch (OperationCanceledException)
        {
            outcome = Outcomes.Gone;
            throw;
        }
        finally
        {
            if (wakeWaits.Enabled)
            {
                wakeWaits.Record(timeProvider.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>(Outcome, outcome));
            }
        }
    }

    private void End(in Passage passage)
    {
        if (passage.IsCounted)
        {
            active.Add(-1, new KeyValuePair<string, object?>(Protocol, passage.Protocol));
        }
        if (requests.Enabled)
        {
            string outcome =
                passage.Context.Features.Get<RequestFailure>()?.Outcome
                ?? (passage.Context.RequestAborted.IsCancellationRequested ? Outcomes.Gone : Outcomes.Ok);
            Record(passage.Protocol, outcome, passage.Began);
        }
    }

    private void Record(string protocol, string outcome, long began)
    {
        if (requests.Enabled)
        {
            requests.Record(
                timeProvider.GetElapsedTime(began).TotalSeconds,
                new KeyValuePair<string, object?>(Protocol, protocol),
                new KeyValuePair<string, object?>(Outcome, outcome)
            );
        }
    }

    /// <summary>A request on its way through the edge. Disposed once, by its endpoint.</summary>
    internal readonly struct Passage(EdgeMetrics metrics, HttpContext context, string protocol, long began, bool isCounted) : IDisposable
    {
        public HttpContext Context => context;

        public string Protocol => protocol;

        public long Began => began;

        /// <summary>Whether it was counted as in flight: only then it is counted out, whoever has begun to listen since.</summary>
        public bool IsCounted => isCounted;

        public void Dispose() => metrics.End(this);
    }

    private sealed record RequestFailure(string Outcome);
}
