using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Engine;

/// <summary>What a plan that was read is, for the cache and for statistics.</summary>
internal sealed record PlanSummary(bool OnlyReads, QueryShape Shape)
{
    /// <summary>A model's name is an identifier of some app; what is longer is not worth showing.</summary>
    private const int MaxNameLength = 64;

    private static readonly FrozenSet<string> Reads = FrozenSet.Create(
        StringComparer.Ordinal,
        "findUnique",
        "findUniqueOrThrow",
        "findFirst",
        "findFirstOrThrow",
        "findMany",
        "aggregate",
        "count",
        "groupBy"
    );

    // As the request had them.
    private byte[] operation = [];
    private byte[] model = [];

    /// <summary>The operation must say that it reads, and the plan must do nothing else: neither is believed alone.</summary>
    public static PlanSummary Of(PreparedPlan plan, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> operation = body[plan.Request.Operation];
        ReadOnlySpan<byte> model = body[plan.Request.Model];
        // One plan is sent again and again by the same code, under the same names.
        if (plan.Known.LastSummary is { } last && operation.SequenceEqual(last.operation) && model.SequenceEqual(last.model))
        {
            return last;
        }
        PlanSummary summary = Read(plan.Known, operation, model);
        if (operation.Length <= MaxNameLength && model.Length <= MaxNameLength)
        {
            summary.operation = operation.ToArray();
            summary.model = model.ToArray();
            plan.Known.LastSummary = summary;
        }
        return summary;
    }

    private static PlanSummary Read(KnownPlan plan, ReadOnlySpan<byte> operation, ReadOnlySpan<byte> model)
    {
        string action = NameOf(operation);
        return new PlanSummary(
            plan.Plan.OnlyReads && Reads.Contains(action),
            new QueryShape(plan.Digest, string.Create(CultureInfo.InvariantCulture, $"{action} {NameOf(model)}").TrimEnd())
        );
    }

    // Whoever sends a request chooses these texts, and statistics show them: anything but a plain name is left out.
    private static string NameOf(ReadOnlySpan<byte> name)
    {
        foreach (byte letter in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter != '_')
            {
                return "";
            }
        }
        return name.Length > MaxNameLength ? "" : Encoding.ASCII.GetString(name);
    }
}
