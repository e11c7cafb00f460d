using Dormouse.Query.Caching;
using Dormouse.Query.Plans;

namespace Dormouse.Edge.Engine;

/// <summary>
/// Parsed plans of protocol B by their exact text. A plan is immutable and holds nothing of a tenant but its own text, so that tenants
/// who send the same text may share it.
/// </summary>
internal sealed class PlanCache(EngineOptions options, QueryLimits limits)
{
    // Measured on the captured plans: the parsed form takes some three times its text, besides the text itself, which is the key.
    private const int BytesPerTextByte = 3;

    private readonly SecondChanceCache<QueryPlan> plans = new(options.PlanCacheEntries, options.PlanCacheBytes);

    public int Count => plans.Count;

    public long UsedBytes => plans.UsedBytes;

    /// <summary>The plan of this text, parsed now if it is not here.</summary>
    public QueryPlan Get(ReadOnlySpan<byte> text)
    {
        if (plans.TryGet(text, out QueryPlan? plan))
        {
            return plan;
        }
        plan = QueryPlan.Parse(text, limits);
        plans.Set(text, plan, (long)BytesPerTextByte * text.Length);
        return plan;
    }
}
