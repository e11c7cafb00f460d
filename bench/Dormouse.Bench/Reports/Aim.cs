using System.Globalization;

namespace Dormouse.Bench.Reports;

/// <summary>What a figure should be. Undecided where the limit lies within the figure's spread.</summary>
internal sealed record Aim(string Figure, bool AtMost, double Limit)
{
    public override string ToString() => $"{Figure} {(AtMost ? "<=" : ">=")} {Limit.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Whether it holds at both ends of the spread; null where only at one.</summary>
    public bool? Holds(Measure measure)
    {
        bool low = AtMost ? measure.Low <= Limit : measure.Low >= Limit;
        bool high = AtMost ? measure.High <= Limit : measure.High >= Limit;
        return low == high ? low : null;
    }
}
