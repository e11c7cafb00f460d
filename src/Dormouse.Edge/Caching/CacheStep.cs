using Dormouse.Contracts;
using Dormouse.Edge.Hits;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dormouse.Edge.Caching;

/// <summary>
/// The step between a request that was read and the database, the same for both protocols. First <see cref="Look"/>, which knows nothing
/// of the protocol: an answer that is there is given without parsing anything and without waking anything. Then, with the request read as
/// its protocol has it, <see cref="ThroughAsync"/>.
/// </summary>
internal sealed class CacheStep(
    AnswerCache cache,
    CacheFills fills,
    CacheLedger ledger,
    EdgeOptions options,
    BufferBudget budget,
    CacheRecalls? recalls = null
)
{
    private const string TagsHeader = "accelerate-cache-tags";

    private readonly bool isOn = options.Cache.IsOn;

    /// <summary>Looks for an answer, if the request asks for the cache. Not for requests inside a transaction: they never come here.</summary>
    /// <param name="context">The request.</param>
    /// <param name="database">Whose the request's key is.</param>
    /// <param name="schema">What the schema that gives the body its meaning is known by; empty where the body has it in itself.</param>
    /// <param name="body">The whole body.</param>
    public CacheLook Look(HttpContext context, DatabaseId database, string schema, ReadOnlySpan<byte> body)
    {
        IHeaderDictionary headers = context.Request.Headers;
        StringValues control = headers.CacheControl;
        if (!isOn || control.Count == 0)
        {
            return default;
        }
        CacheStrategy strategy = CacheStrategy.Parse(control.ToString(), options.Cache.MaxLifetime);
        if (!strategy.IsWanted)
        {
            return default;
        }
        using Stage stage = Stage.Start("cache");
        string tags = headers.TryGetValue(TagsHeader, out StringValues values) ? values.ToString() : "";
        CacheKey key = context.Features.Get<HitMemory>()?.Passed?.CacheKey ?? CacheKey.Of(schema, tags, body);
        CacheFind found = cache.Find(database, key, strategy);
        // Tags that a kept answer has were checked when it came.
        string[] parsed = found.Freshness == Freshness.Fresh ? [] : CacheTags.Parse(tags, options.Cache);
        stage.Tag("dormouse.cache.found", WordOf(found.Freshness)).End();
        return new CacheLook(database, key, strategy, parsed, found);
    }

    /// <summary>What was found, for a look that is fresh.</summary>
    public static ServedAnswer Give(in CacheLook look) => ServedAnswer.Cached(look.Found);

    /// <summary>Gives what is stale and has it refreshed, or asks the database. Owns the query from here on.</summary>
    public ValueTask<ServedAnswer> ThroughAsync(CacheLook look, IOriginQuery query, CancellationToken clientGone)
    {
        if (look.Found.Freshness != Freshness.Stale)
        {
            return AskAsync(look, query, clientGone);
        }
        ServedAnswer stale = ServedAnswer.Cached(look.Found);
        fills.Refresh(look, query);
        return new ValueTask<ServedAnswer>(stale);
    }

    private static string WordOf(Freshness freshness) =>
        freshness switch
        {
            Freshness.Fresh => "fresh",
            Freshness.Stale => "stale",
            _ => "nothing",
        };

    private async ValueTask<ServedAnswer> AskAsync(CacheLook look, IOriginQuery query, CancellationToken clientGone)
    {
        ShapeCounters? shape = null;
        bool mayBeCached;
        try
        {
            await query.PrepareAsync(clientGone);
            mayBeCached = look.IsWanted && query.MayBeCached;
            shape = look.IsWanted ? ledger.CountersOf(look.Database, query.Shape) : null;
        }
        catch
        {
            query.Dispose();
            throw;
        }
        if (mayBeCached)
        {
            if (
                recalls is not null
                && await recalls.FindAsync(look, shape!, clientGone) is { Freshness: Freshness.Fresh or Freshness.Stale } found
            )
            {
                return Recalled(look with { Found = found }, query);
            }
            return await fills.AskAsync(look, query, shape!, clientGone);
        }
        shape?.Uncached();
        return await PastAsync(query, clientGone);
    }

    private ServedAnswer Recalled(in CacheLook look, IOriginQuery query)
    {
        ServedAnswer answer = ServedAnswer.Cached(look.Found);
        if (look.Found.Freshness == Freshness.Stale)
        {
            fills.Refresh(look, query);
        }
        else
        {
            query.Dispose();
        }
        return answer;
    }

    private async ValueTask<ServedAnswer> PastAsync(IOriginQuery query, CancellationToken clientGone)
    {
        using IOriginQuery used = query;
        var answer = new PooledBuffer(options.Limits.MaxAnswerBytes, EdgeFailures.AnswerTooLarge, budget);
        try
        {
            await query.WriteAnswerAsync(answer, clientGone);
            return new ServedAnswer(answer.Written, CacheStatus.None, null, TimeSpan.Zero, true, answer);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}

/// <summary>What a request wants of the cache, and what it found there.</summary>
internal readonly record struct CacheLook(DatabaseId Database, CacheKey Key, CacheStrategy Strategy, string[] Tags, CacheFind Found)
{
    public bool IsWanted => Strategy.IsWanted;

    /// <summary>Whether <see cref="CacheStep.Give"/> has an answer.</summary>
    public bool IsFresh => Found.Freshness == Freshness.Fresh;
}
