using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Nodes;

namespace Dormouse.Query.Plans;

/// <summary>A query plan of protocol B, parsed and compiled. Immutable and safe to share: cache it under the exact bytes of its JSON.</summary>
public sealed class QueryPlan
{
    private QueryPlan(PlanNode root, PlanReader reader)
    {
        Root = root;
        SlotCount = reader.SlotCount;
        OnlyReads = reader.OnlyReads;
    }

    internal PlanNode Root { get; }

    internal int SlotCount { get; }

    /// <summary>
    /// Whether the same plan with the same parameters gives the same answer on the same data, and leaves no trace: nothing but SELECT
    /// statements made by Prisma's compiler; no raw SQL, no other statements, no transaction, no generated values.
    /// </summary>
    public bool OnlyReads { get; }

    /// <summary>Parses the JSON of a plan.</summary>
    /// <exception cref="PlanException">The plan is malformed, beyond the limits, or has a node that this version does not know.</exception>
    public static QueryPlan Parse(ReadOnlySpan<byte> json, QueryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        try
        {
            // Every level of nodes is about three levels of JSON.
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.MaxPlanDepth * 4 });
            using var document = JsonDocument.ParseValue(ref reader);
            var compiler = new PlanReader(limits);
            var root = compiler.ReadRoot(document.RootElement);
            return new QueryPlan(root, compiler);
        }
        catch (JsonException e)
        {
            throw PlanFailure.Malformed("it is no valid JSON, or nested too deeply.", e);
        }
    }
}
