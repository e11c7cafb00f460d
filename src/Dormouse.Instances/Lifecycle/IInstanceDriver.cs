using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Templates;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// The steps of an instance's life that touch the host. Keeps no state of any instance and has no bounds of its own: called by each instance's
/// one writer, which took its place in <see cref="HostTurns"/> before. The seam at which the controller is simulated.
/// </summary>
internal interface IInstanceDriver
{
    /// <summary>Makes folder, record and data directory, from the template unless there is a seed. Finishes what a cut-short call left.</summary>
    Task<InstanceRecord> CreateAsync(DatabaseId id, Func<int?> takeUid, InstanceSeed? seed, CancellationToken cancellationToken);

    /// <summary>The record with the image on which the next cold start is to be: a newer minor version, where there is one.</summary>
    InstanceRecord ChooseImage(DatabaseId id, InstanceRecord record);

    /// <summary>Starts PostgreSQL; at the first time its roles get secrets of their own. Failed, it leaves nothing running.</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.ComputeAsleep"/>, with the reason.</exception>
    Task<StartedInstance> StartAsync(DatabaseId id, InstanceRecord record, CancellationToken cancellationToken);

    /// <param name="id">Of which database.</param>
    /// <param name="number">The generation's.</param>
    /// <param name="own">Its passwords.</param>
    /// <param name="started">The class with which PostgreSQL was started.</param>
    Generation NewGeneration(DatabaseId id, long number, RoleSecrets own, InstanceClass started);

    /// <exception cref="DormouseException">DM3410: they cannot be opened.</exception>
    RoleSecrets OpenSecrets(DatabaseId id);

    void WriteRecord(DatabaseId id, InstanceRecord record);

    void TrimLog(DatabaseId id);

    /// <summary>Puts what was filled as <c>data.restoring</c> in the place of the data, and notes the passwords inside. See <see cref="DataSwap"/>.</summary>
    void SwapIn(DatabaseId id, RoleSecrets origin);

    /// <summary>However far it came.</summary>
    void UndoSwap(DatabaseId id);

    void FinishSwap(DatabaseId id);

    /// <summary>Removes all that belongs to it. Nothing happens if there is nothing.</summary>
    void Delete(DatabaseId id);
}

/// <summary>
/// The processes of one generation, whether this platform started them or an earlier one did. Disposing lets go of them and does not end them. Used by
/// the instance's one writer, except where a call says otherwise.
/// </summary>
internal interface IInstanceRun : IDisposable
{
    ProcessIdentity Postmaster { get; }

    /// <summary>Completes when PostgreSQL has ended, whether it was asked to or not.</summary>
    Task Died { get; }

    /// <summary>Returns once no process runs. Throws <see cref="IOException"/>, with all of them running, if that takes too long.</summary>
    Task FreezeAsync(CancellationToken cancellationToken);

    /// <summary>Idempotent.</summary>
    void Thaw();

    /// <summary>Moves the memory of frozen processes to swap and returns how many bytes left. Any thread; a thaw meanwhile does no harm.</summary>
    long Reclaim();

    /// <summary>Processor time that all processes have taken so far, those that have ended included; null if they are gone. Any thread.</summary>
    TimeSpan? ReadProcessorTime();

    /// <summary>Bounds the processes as their size says now, frozen or not. Repeating it does no harm.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void Limit(InstanceSize size);

    /// <summary>Has the processes go out of other instances' way as far as that; a new size ends it in part. Repeating it does no harm. Any thread.</summary>
    /// <exception cref="IOException">The kernel refused, or the processes are gone.</exception>
    void Yield(YieldLevel level);

    /// <summary>A clean end, then a less clean one. False if processes are left even so.</summary>
    Task<bool> StopAsync();

    /// <summary>After PostgreSQL ended by itself: removes what is left of it on the host.</summary>
    Task SweepAsync();
}

/// <summary>What a start brought forth.</summary>
internal sealed record StartedInstance(IInstanceRun Run, RoleSecrets Secrets);
