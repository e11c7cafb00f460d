using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Tracing;

namespace Dormouse.Edge.Hits;

/// <summary>
/// Answers a request whose key is known and whose answer is in memory and fresh, by the steps and the objects of
/// <see cref="QueryEndpoint"/>: what passes there passes here. Whatever is not so simple it leaves alone, to be counted there: an unknown
/// key, a limit that would refuse, an answer that is stale or on disk, a trace that is recorded. It never waits.
/// </summary>
internal sealed class HitAnswers(
    Authenticator authenticator,
    Admission admission,
    AddressLimits addresses,
    AnswerCache cache,
    EdgeOptions options,
    EdgeMetrics metrics,
    EdgeTraces traces,
    RequestIds requestIds,
    DateHeader dates,
    TimeProvider timeProvider
)
{
    /// <summary>
    /// The longest request and answer. What a socket's buffers take at once (64 KiB) needs no clock that watches a slow client; the long way
    /// has such clocks.
    /// </summary>
    public const int BytesMax = 48 * 1024;

    public bool IsOn => options.Cache.IsOn;

    /// <summary>The largest head that the edge takes, and how many lines it may have.</summary>
    public (int Bytes, int Lines) HeadMax => (options.Connections.MaxHeaderBytes, options.Connections.MaxHeaders);

    /// <summary>Whether a request may turn out to be a hit, so that it is worth waiting for the rest of its body.</summary>
    public bool IsCandidate(in RequestHead head, HitMemory memory) =>
        head.IsPlainPost
        && !head.Authorization.IsEmpty
        && !head.CacheControl.IsEmpty
        && head.Bytes + head.BodyBytes <= Math.Min(BytesMax, options.Limits.MaxBodyBytes)
        && memory.StrategyOf(head.CacheControl, options.Cache.MaxLifetime).IsWanted
        && memory.TargetOf(head.Target) is not null
        && !traces.Source.HasListeners();

    /// <summary>Writes the answer, which the caller flushes; false leaves the request to Kestrel.</summary>
    public bool TryAnswer(in RequestHead head, ReadOnlySpan<byte> body, IPAddress? remote, HitMemory memory, IBufferWriter<byte> output)
    {
        long began = timeProvider.GetTimestamp();
        HitTarget target = memory.TargetOf(head.Target)!;
        // (1)
        if (memory.KeyOf(head.Authorization) is not { } key || !authenticator.TryFindKnown(key, out KnownKey known))
        {
            return false;
        }
        KeyGrant grant = known.Grant;
        // (4) before (2): nothing is counted that is not answered here.
        var cacheKey = CacheKey.Of(target.Schema, memory.TagsOf(head.CacheTags), body);
        CacheFind found = cache.Find(grant.Database, cacheKey, memory.StrategyOf(head.CacheControl, options.Cache.MaxLifetime));
        if (found.Freshness != Freshness.Fresh || found.Answer!.Json.Length > BytesMax)
        {
            memory.Passed = new PassedRequest(key, cacheKey);
            return false;
        }
        // (2) Both are taken again where the key's bound refuses: the address then pays twice for one request, and is refused no later.
        Caller? address = addresses.Find(remote, memory.ForwardedOf(head.ForwardedFor));
        if (!addresses.TryCountRequest(address) || !admission.TryPass(grant))
        {
            return false;
        }
        using ServedAnswer answer = ServedAnswer.Cached(found); // (10)
        HitResponse.Write(output, answer, requestIds.Next(), dates.Now());
        metrics.Hit(target.Protocol, began);
        return true;
    }
}
