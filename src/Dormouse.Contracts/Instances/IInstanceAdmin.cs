namespace Dormouse.Contracts;

/// <summary>What control does with instances. Each call is idempotent, so that a cut-short one can be repeated after a crash.</summary>
public interface IInstanceAdmin
{
    /// <summary>Clones the template and leaves the instance running. Finishes what an earlier, cut-short call began.</summary>
    Task CreateAsync(DatabaseId id, ClassRange range, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the instance another size: the bounds of memory and processors at once, what PostgreSQL takes on at its start alone at the next cold
    /// one, for which nobody's session is ended.
    /// </summary>
    /// <param name="id">Which.</param>
    /// <param name="range">Between which classes it is from now on.</param>
    /// <param name="now">The class that it shall have now; null: the one that it has, as far as the range allows.</param>
    /// <param name="cancellationToken">Ends the waiting, not what was asked.</param>
    Task ResizeAsync(DatabaseId id, ClassRange range, InstanceClass? now, CancellationToken cancellationToken);

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
