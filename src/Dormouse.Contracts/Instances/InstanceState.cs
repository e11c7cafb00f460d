namespace Dormouse.Contracts;

/// <summary>What an instance is, from warm to cold. Moves between these are the lifecycle's alone.</summary>
public enum InstanceState
{
    /// <summary>No processes; the data directory alone. Sessions are gone.</summary>
    Stopped,

    /// <summary>The processes run and answer.</summary>
    Running,

    /// <summary>The processes exist and get no CPU; sockets, sessions and caches are kept.</summary>
    Frozen,

    /// <summary>Frozen, and most of its memory has gone to swap: colder than frozen, warmer than stopped.</summary>
    Reclaimed,
}

/// <summary>One instance at one moment.</summary>
/// <param name="Id">The database it serves.</param>
/// <param name="State">What it is.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="Leases">How many leases are held; above zero it stays awake.</param>
/// <param name="PostmasterPid">The host's process id of the postmaster; null while stopped.</param>
/// <param name="ImageDigest">The image on which it runs.</param>
/// <param name="Generation">How often it was started cold; sessions never outlive a generation.</param>
/// <param name="LastFailure">Why the last wake or start failed, if it did; null after a success.</param>
public sealed record InstanceStatus(
    DatabaseId Id,
    InstanceState State,
    DateTimeOffset Since,
    int Leases,
    int? PostmasterPid,
    string ImageDigest,
    long Generation,
    string? LastFailure
)
{
    /// <summary>
    /// It could not be taken over when the platform started, and nobody is served by it; <see cref="LastFailure"/> says why. Its state and whether it has
    /// processes are not known.
    /// </summary>
    public bool IsLeftAlone { get; init; }

    /// <summary>Of <see cref="ImageDigest"/>; null until its first cold start with a platform that notes it.</summary>
    public string? PostgresVersion { get; init; }

    /// <summary>How large it is and may become.</summary>
    public InstanceSize Size { get; init; } = InstanceSize.Smallest;

    /// <summary>After an upgrade that was not confirmed: the version from before, whose data is kept.</summary>
    public string? PreviousVersion { get; init; }

    /// <summary>The last states it came into since the platform started, the oldest first.</summary>
    public IReadOnlyList<InstanceChange> History { get; init; } = [];
}

/// <summary>An instance came into a state, or into another class.</summary>
/// <param name="At">When.</param>
/// <param name="State">Which.</param>
/// <param name="Reason">Why, in a few words for a person.</param>
public sealed record InstanceChange(DateTimeOffset At, InstanceState State, string Reason)
{
    /// <summary>The class that it came into, its state being as it was; null: its state changed.</summary>
    public InstanceClass? Class { get; init; }
}
