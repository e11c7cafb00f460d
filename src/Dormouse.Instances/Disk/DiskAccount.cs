using Dormouse.Contracts;

namespace Dormouse.Instances.Disk;

/// <summary>What the watch knows of one database. Its gate is for everybody; the rest is the watch's own.</summary>
internal sealed class DiskAccount(DiskLimit limit)
{
    public DiskGate Gate { get; } = new();

    /// <summary>As of the last look.</summary>
    public DiskLimit Limit { get; set; } = limit;

    /// <summary>What the file system was told of it since the platform's start; null: nothing yet.</summary>
    public DiskLimit? Held { get; set; }

    /// <summary>What was judged last; its gate says the same.</summary>
    public DiskVerdict Verdict { get; set; }

    /// <summary>Its stay at the hard limit or above it; null while it is below.</summary>
    public HardStay? Stay { get; set; }

    /// <summary>Null until it was measured once.</summary>
    public DiskMeasure? Measured { get; set; }

    /// <summary>The measure before that.</summary>
    public DiskMeasure? Before { get; set; }

    /// <summary>The newest file of its log at that moment.</summary>
    public long LogNewest { get; set; }

    public long MeasuredAt { get; set; }

    /// <summary>How long that took: one of many tables takes longer, and is measured less often.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>At the last look: one that has fallen asleep since is looked at once more.</summary>
    public bool Ran { get; set; }
}
