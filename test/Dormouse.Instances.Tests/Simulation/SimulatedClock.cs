using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>All time of a simulation. After a kill of the platform its timers are nobody's, so it goes on without them.</summary>
internal sealed class SimulatedClock
{
    public ManualTimeProvider Time { get; private set; } = new();

    public void ForgetTimers() => Time = new ManualTimeProvider(Time.GetUtcNow());
}
