using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Engine;

/// <summary>What a plan that was read is, for the cache and for statistics.</summary>
internal readonly record struct PlanSummary(bool OnlyReads, QueryShape Shape)
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

    /// <summary>The operation must say that it reads, and the plan must do nothing else: neither is believed alone.</summary>
    public static PlanSummary Of(PreparedPlan plan, ReadOnlySpan<byte> body)
    {
        string operation = NameAt(body[plan.Request.Operation]);
        string model = NameAt(body[plan.Request.Model]);
        return new PlanSummary(
            plan.Known.Plan.OnlyReads && Reads.Contains(operation),
            new QueryShape(plan.Known.Digest, string.Create(CultureInfo.InvariantCulture, $"{operation} {model}").TrimEnd())
        );
    }

    // Whoever sends a request chooses these texts, and statistics show them: anything but a plain name is left out.
    private static string NameAt(ReadOnlySpan<byte> name)
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
