namespace Dormouse.Contracts;

/// <summary>What control does with instances. Each call is idempotent, so that a cut-short one can be repeated after a crash.</summary>
public interface IInstanceAdmin
{
    /// <summary>Clones the template and leaves the instance running. Finishes what an earlier, cut-short call began.</summary>
    Task CreateAsync(DatabaseId id, CancellationToken cancellationToken);

    /// <summary>Stops the instance and removes all that belongs to it. Nothing happens if there is none.</summary>
    Task DeleteAsync(DatabaseId id, CancellationToken cancellationToken);

    /// <summary>Puts the instance to sleep as far as <paramref name="to"/> (frozen, reclaimed or stopped).</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.Conflict"/>: it is in use. <see cref="FailureKind.Host"/>: nothing can be reclaimed here.</exception>
    Task SleepAsync(DatabaseId id, InstanceState to, CancellationToken cancellationToken);

    /// <summary>Wakes the instance without holding it.</summary>
    Task WakeAsync(DatabaseId id, CancellationToken cancellationToken);

    InstanceStatus? Find(DatabaseId id);

    /// <summary>What it takes on disk, as measured last; null until then, and where nobody measures.</summary>
    InstanceDisk? FindDisk(DatabaseId id) => null;

    IReadOnlyList<InstanceStatus> List();
}
