namespace Dormouse.Instances.Lifecycle;

/// <summary>Where an instance stands, the ways between the states included. Only its one writer moves it.</summary>
internal enum InstancePhase
{
    /// <summary>There is nothing on disk, or what there is counts as nothing.</summary>
    Absent,
    Creating,
    Stopped,
    Starting,
    Running,
    Freezing,
    Frozen,

    /// <summary>Frozen, while its memory leaves. Waking does not wait for that.</summary>
    Reclaiming,
    Reclaimed,
    Thawing,
    Stopping,

    /// <summary>Processes are left that could not be ended, so it may not be started again before they are gone.</summary>
    Stuck,
    Deleting,
}

/// <summary>What can happen to an instance: wishes from outside, and the outcomes of the steps that its writer takes.</summary>
internal enum InstanceEvent
{
    CreateAsked,
    Created,
    CreateFailed,
    WakeAsked,
    Started,
    StartFailed,
    FreezeAsked,
    Froze,
    FreezeFailed,
    ReclaimAsked,
    ReclaimFinished,
    ReclaimFailed,
    Thawed,
    ThawFailed,
    StopAsked,
    StopFinished,
    StopFailed,

    /// <summary>The postmaster ended by itself.</summary>
    DeathSeen,
    DeleteAsked,
    Deleted,
    DeleteFailed,
    AdoptedRunning,
    AdoptedFrozen,
    AdoptedStopped,
}
