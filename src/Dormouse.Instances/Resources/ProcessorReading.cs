namespace Dormouse.Instances.Resources;

/// <summary>Processor time that the processes of one start have taken.</summary>
/// <param name="Pid">The postmaster's, by which starts are told apart.</param>
/// <param name="Taken">By all of them together.</param>
/// <param name="At">When it was read, on the reader's own clock.</param>
internal sealed record ProcessorReading(int Pid, TimeSpan Taken, TimeSpan At)
{
    /// <summary>How many processors were used; null if that cannot be told.</summary>
    public double? Since(ProcessorReading? before) =>
        before is not null && before.Pid == Pid && At > before.At ? Math.Max(0, (Taken - before.Taken) / (At - before.At)) : null;
}
