using System.Buffers.Binary;
using System.Security.Cryptography;
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

    private readonly SecondChanceCache<KnownPlan> plans = new(options.PlanCacheEntries, options.PlanCacheBytes);

    public int Count => plans.Count;

    public long UsedBytes => plans.UsedBytes;

    /// <summary>The plan of this text, parsed now if it is not here.</summary>
    public KnownPlan Get(ReadOnlySpan<byte> text)
    {
        if (plans.TryGet(text, out KnownPlan? plan))
        {
            return plan;
        }
        plan = new KnownPlan(QueryPlan.Parse(text, limits), BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(text)));
        plans.Set(text, plan, (long)BytesPerTextByte * text.Length);
        return plan;
    }
}

/// <param name="plan">The parsed plan.</param>
/// <param name="digest">Some bytes of its text's SHA-256, by which statistics tell plans apart.</param>
internal sealed class KnownPlan(QueryPlan plan, ulong digest)
{
    private volatile PlanSummary? lastSummary;

    public QueryPlan Plan { get; } = plan;

    public ulong Digest { get; } = digest;

    /// <summary>Under the names that the last request gave it.</summary>
    public PlanSummary? LastSummary
    {
        get => lastSummary;
        set => lastSummary = value;
    }
}
