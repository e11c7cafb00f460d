using System.Globalization;

namespace Dormouse.Instances.Resources;

/// <summary>How much of the host's processors was in use between two readings, by whomever.</summary>
internal sealed class ProcessorGauge
{
    private const int IdleField = 3;
    private const int WaitingField = 4;

    private (long Busy, long All) before;

    /// <summary>From 0 to 1 since the last reading, or since the host's boot at the first one. One caller at a time.</summary>
    public double Read() => Read(File.ReadLines("/proc/stat").First());

    /// <param name="line">The first one of <c>/proc/stat</c>: <c>cpu</c>, and hundredths of seconds by kind.</param>
    public double Read(string line)
    {
        // user, nice, system, idle, waiting for a disk, interrupts of two kinds, taken by another guest; what follows is in user already.
        long[] fields =
        [
            .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Take(8)
                .Select(field => long.Parse(field, CultureInfo.InvariantCulture)),
        ];
        long all = fields.Sum();
        (long Busy, long All) now = (all - fields[IdleField] - fields[WaitingField], all);
        (long busy, long passed) = (now.Busy - before.Busy, now.All - before.All);
        before = now;
        return passed > 0 ? Math.Clamp(busy / (double)passed, 0, 1) : 0;
    }
}
