using System.Collections.Frozen;
using System.Diagnostics;
using static Dormouse.Instances.Lifecycle.InstanceEvent;
using static Dormouse.Instances.Lifecycle.InstancePhase;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// All moves that an instance may make. What is not here is illegal. Wishes from outside wait in the instance's mailbox while a step is under
/// way, so phases such as Starting know only the outcomes of their own step.
/// </summary>
internal static class TransitionTable
{
    private static readonly FrozenDictionary<(InstancePhase, InstanceEvent), InstancePhase> Moves = new Dictionary<
        (InstancePhase, InstanceEvent),
        InstancePhase
    >
    {
        // Found on disk when the platform starts.
        [(Absent, AdoptedStopped)] = Stopped,
        [(Absent, AdoptedRunning)] = Running,
        [(Absent, AdoptedFrozen)] = Frozen,

        // Birth. Asking again is how a cut-short creation is finished.
        [(Absent, CreateAsked)] = Creating,
        [(Creating, Created)] = Stopped,
        [(Creating, CreateFailed)] = Absent,
        [(Stopped, CreateAsked)] = Stopped,
        [(Running, CreateAsked)] = Running,
        [(Frozen, CreateAsked)] = Frozen,
        [(Reclaiming, CreateAsked)] = Reclaiming,
        [(Reclaimed, CreateAsked)] = Reclaimed,
        [(Stuck, CreateAsked)] = Stuck,

        // Waking.
        [(Stopped, WakeAsked)] = Starting,
        [(Starting, Started)] = Running,
        [(Starting, StartFailed)] = Stopped,
        [(Frozen, WakeAsked)] = Thawing,
        [(Reclaiming, WakeAsked)] = Thawing,
        [(Reclaimed, WakeAsked)] = Thawing,
        [(Thawing, Thawed)] = Running,
        [(Thawing, ThawFailed)] = Frozen,
        [(Running, WakeAsked)] = Running,
        // Nothing may start beside processes that are left over: they are ended first.
        [(Stuck, WakeAsked)] = Stopping,

        // Sleeping. Asking for what is so already, or for less, changes nothing.
        [(Running, FreezeAsked)] = Freezing,
        [(Freezing, Froze)] = Frozen,
        [(Freezing, FreezeFailed)] = Running,
        [(Frozen, FreezeAsked)] = Frozen,
        [(Reclaiming, FreezeAsked)] = Reclaiming,
        [(Reclaimed, FreezeAsked)] = Reclaimed,
        [(Stopped, FreezeAsked)] = Stopped,
        [(Frozen, ReclaimAsked)] = Reclaiming,
        [(Reclaiming, ReclaimFinished)] = Reclaimed,
        [(Reclaiming, ReclaimFailed)] = Frozen,
        [(Reclaiming, ReclaimAsked)] = Reclaiming,
        [(Reclaimed, ReclaimAsked)] = Reclaimed,
        [(Stopped, ReclaimAsked)] = Stopped,
        [(Running, StopAsked)] = Stopping,
        [(Frozen, StopAsked)] = Stopping,
        [(Reclaiming, StopAsked)] = Stopping,
        [(Reclaimed, StopAsked)] = Stopping,
        [(Stuck, StopAsked)] = Stopping,
        [(Stopped, StopAsked)] = Stopped,
        [(Stopping, StopFinished)] = Stopped,
        [(Stopping, StopFailed)] = Stuck,

        // PostgreSQL ended without being asked to.
        [(Running, DeathSeen)] = Stopped,
        [(Frozen, DeathSeen)] = Stopped,
        [(Reclaiming, DeathSeen)] = Stopped,
        [(Reclaimed, DeathSeen)] = Stopped,
        [(Stuck, DeathSeen)] = Stopped,

        // The end. It is stopped first.
        [(Stopped, DeleteAsked)] = Deleting,
        [(Deleting, Deleted)] = Absent,
        [(Deleting, DeleteFailed)] = Stopped,
    }.ToFrozenDictionary();

    public static bool Allows(InstancePhase phase, InstanceEvent happening) => Moves.ContainsKey((phase, happening));

    /// <exception cref="UnreachableException">The move is illegal, which is a defect of the lifecycle.</exception>
    public static InstancePhase Next(InstancePhase phase, InstanceEvent happening) =>
        Moves.TryGetValue((phase, happening), out InstancePhase next)
            ? next
            : throw new UnreachableException($"{happening} cannot happen to an instance that is {phase}.");
}
