namespace Dormouse.Instances.Resources;

/// <summary>Decides who yields. Pure.</summary>
internal sealed class YieldPolicy(YieldOptions options)
{
    /// <param name="before">What the last look said; null: it went among the others.</param>
    /// <param name="used">
    /// Processors that it used since then, over how many times a small one it is; null: not known, and then nothing changes.
    /// </param>
    /// <param name="now">On the looks' own clock.</param>
    public Yielding? Look(Yielding? before, double? used, TimeSpan now)
    {
        // Who yields already does so for half as much: who takes about as much as the bound is not moved to and fro.
        double much = before is null ? options.MuchProcessors : options.MuchProcessors / 2;
        return used >= much ? new Yielding(now)
            : used is not null && now - before?.MuchAt >= options.ReleaseAfter ? null
            : before;
    }
}

/// <summary>That an instance yields.</summary>
/// <param name="MuchAt">When it last took much.</param>
internal sealed record Yielding(TimeSpan MuchAt);
