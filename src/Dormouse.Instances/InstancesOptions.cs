using Dormouse.Contracts;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances;

/// <summary>How instances run, sleep and are bounded.</summary>
public sealed class InstancesOptions
{
    /// <summary>The platform's data folder; instances lie in its <c>instances</c>.</summary>
    public required string DataPath { get; init; }

    /// <summary>Idle this long, an instance freezes. Thawing costs about a millisecond, so there is no reason to wait for much.</summary>
    public TimeSpan FreezeAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Idle this long, an instance stops and gives its memory back. A cold start costs tens of milliseconds and the sessions: ten minutes
    /// keep them for whoever comes back after a pause, and bound what forgotten databases hold.
    /// </summary>
    public TimeSpan StopAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Databases that never sleep by themselves; the system database never does.</summary>
    public IReadOnlySet<DatabaseId> Pinned { get; init; } = new HashSet<DatabaseId>();

    /// <summary>Cold starts at once. A start is bound by the CPU: more than one per core (but two at least) only makes each slower.</summary>
    public int StartsAtOnceMax { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How long PostgreSQL may take to come up. Recovery replays at most some 16 MB of log; a starved disk takes its time.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the first start on a restored or copied data directory may take: it replays what was written while the copy was made, which
    /// under load is far more than the 16 MB that a crash leaves.
    /// </summary>
    public TimeSpan FirstStartTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a request waits for a wake, queueing included. Shorter than the minute after which HTTP clients give up.</summary>
    public TimeSpan WakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that wait for one instance's wake; a waiter costs about 1 KB.</summary>
    public int WaitersMax { get; init; } = 1000;

    /// <summary>Memory of one instance: a runaway query ends in its own sandbox and not in the host's. Small databases idle at 8 MB.</summary>
    public long MemoryMaxBytes { get; init; } = 1L << 30;

    /// <summary>Processes of one instance: 30 connections, 7 of PostgreSQL's own and room for parallel and maintenance workers.</summary>
    public int ProcessesMax { get; init; } = 128;

    /// <summary>Whether control groups are used.</summary>
    public ResourceChoice Resources { get; init; } = ResourceChoice.Automatic;

    /// <summary>
    /// As root each instance gets a user of its own from the 100,000 numbers that begin here: above what distributions give to people,
    /// services and their first sub-users.
    /// </summary>
    public int FirstUid { get; init; } = 200_000;
}
