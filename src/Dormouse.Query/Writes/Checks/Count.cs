using System.Globalization;
using Dormouse.Query.Nodes;

namespace Dormouse.Query.Writes.Checks;

/// <summary>How many records there must be.</summary>
internal abstract class Count
{
    public static readonly Count Zero = new Constant(0, isNegated: false);
    public static readonly Count NotZero = new Constant(0, isNegated: true);

    public static Count Of(int number) => new Constant(number, isNegated: false);

    /// <summary>As many as there are different filters: a record that is named twice is one record.</summary>
    public static Count OfDistinct(IReadOnlyList<FilterIdentity> filters) => filters.Count <= 1 ? Of(filters.Count) : new Distinct(filters);

    public abstract bool Admits(long found, PlanRun run);

    public abstract long Expected(PlanRun run);

    private sealed class Constant(long number, bool isNegated) : Count
    {
        public override bool Admits(long found, PlanRun run) => found == number != isNegated;

        public override long Expected(PlanRun run) => number;

        public override string ToString() => (isNegated ? "not " : "") + number.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Distinct(IReadOnlyList<FilterIdentity> filters) : Count
    {
        public override bool Admits(long found, PlanRun run) => found == Expected(run);

        public override string ToString() => "the number of different filters";

        public override long Expected(PlanRun run) => filters.Select(filter => filter.KeyOf(run)).Distinct().LongCount();
    }
}
