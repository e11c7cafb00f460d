namespace Dormouse.Instances.Lifecycle;

/// <summary>What all instances of a host share.</summary>
/// <param name="Driver">Touches the host.</param>
/// <param name="Turns">How much of what at once.</param>
/// <param name="Options">The bounds.</param>
/// <param name="Time">All time that the controller knows.</param>
/// <param name="Scheduler">Runs the commands of all instances: the thread pool, or the one thread of a simulation.</param>
internal sealed record Surroundings(
    IInstanceDriver Driver,
    HostTurns Turns,
    InstancesOptions Options,
    TimeProvider Time,
    TaskScheduler Scheduler
);
