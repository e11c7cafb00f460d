using Dormouse.Contracts;
using Dormouse.Instances.Disk;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sizes;
using Dormouse.Instances.Upkeep;

namespace Dormouse.Instances;

/// <summary>How instances run, sleep and are bounded.</summary>
public sealed class InstancesOptions
{
    /// <summary>The platform's data folder; instances lie in its <c>instances</c>.</summary>
    public required string DataPath { get; init; }

    /// <summary>Idle this long, an instance freezes. Thawing costs about a millisecond, so there is no reason to wait for much.</summary>
    public TimeSpan FreezeAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Idle this long, a frozen instance gives its memory to swap, where there is some. Waking it then takes some ten milliseconds more: a
    /// minute keeps that from whoever is merely between two requests.
    /// </summary>
    public TimeSpan ReclaimAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Idle this long, an instance stops and gives its memory back. A cold start costs tens of milliseconds and the sessions: ten minutes
    /// keep them for whoever comes back after a pause, and bound what forgotten databases hold.
    /// </summary>
    public TimeSpan StopAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Databases that never sleep by themselves; the system database never does.</summary>
    public IReadOnlySet<DatabaseId> Pinned { get; init; } = new HashSet<DatabaseId>();

    /// <summary>Cold starts at once. A start is bound by the CPU: more than one per core (but two at least) only makes each slower.</summary>
    public int StartsAtOnceMax { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>
    /// Instances whose memory is moved to swap at once. It is work of one core, compressing, and others wake meanwhile.
    /// </summary>
    public int ReclaimsAtOnceMax { get; init; } = 1;

    /// <summary>
    /// With less available memory than this part of the host's, memory is tight: idle instances freeze, frozen ones are reclaimed or stopped,
    /// the least recently used first. A tenth is page cache that serves all databases. Below half of it memory is short, and they stop.
    /// </summary>
    public double MemoryAvailableMin { get; init; } = 0.1;

    /// <summary>
    /// Memory is tight also when processes of the host waited for it this part of the last ten seconds (PSI, <c>some avg10</c>), and less than twice
    /// <see cref="MemoryAvailableMin"/> is available: with more, a tenant at its own limit waits for itself. Below a tenth nobody notices; reclaim
    /// itself stalls for moments, which must not feed on itself.
    /// </summary>
    public double MemoryStallMax { get; init; } = 0.1;

    /// <summary>What all instances may hold together, page cache included, before memory counts as tight; null: what the host has.</summary>
    public long? MemoryBudgetBytes { get; init; }

    /// <summary>Where memory is tight, an instance is idle after this time. A second still spares whoever asks one thing after another.</summary>
    public TimeSpan IdleUnderPressure { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Where memory is tight, who came back from swap or from a stop less than this ago is not sent there again: of what is asked every few seconds one
    /// request in half a minute pays for the pressure, and not each one. Where memory is short nobody is spared.
    /// </summary>
    public TimeSpan SpareAfterReturn { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many instances are put deeper to sleep in one round (at most a second) because memory is tight. Eight give back some 60 MB, after
    /// which the host is looked at again; a burst would put to sleep who need not, and hold up wakes. Up to four times as many the closer memory is to
    /// being short.
    /// </summary>
    public int PressureStepMax { get; init; } = 8;

    /// <summary>
    /// Data directories that are copied ahead of time, from the second database on. One serves a creation while the other is copied; each
    /// takes 15 MB of disk.
    /// </summary>
    public int SparesMax { get; init; } = 2;

    /// <summary>What databases may take on disk.</summary>
    public DiskOptions Disk { get; init; } = new();

    /// <summary>When databases move to another class by themselves.</summary>
    public SizeOptions Sizes { get; init; } = new();

    /// <summary>When who takes much processor time lets the others go first.</summary>
    public YieldOptions Yielding { get; init; } = new();

    /// <summary>
    /// Whether this process has its turn on the processors before what burns them: for one that is the platform and nothing else, since all of it is
    /// concerned.
    /// </summary>
    public bool Hastens { get; init; }

    /// <summary>What is done for databases before they sleep.</summary>
    public UpkeepOptions Upkeep { get; init; } = new();

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

    /// <summary>Memory of one small instance: a runaway query ends in its own sandbox and not in the host's. Small databases idle at 8 MB.</summary>
    public long MemoryMaxBytes { get; init; } = 1L << 30;

    /// <summary>Processes of one small instance: 30 connections, 7 of PostgreSQL's own and room for parallel and maintenance workers.</summary>
    public int ProcessesMax { get; init; } = 128;

    /// <summary>Whether control groups are used.</summary>
    public ResourceChoice Resources { get; init; } = ResourceChoice.Automatic;

    /// <summary>
    /// As root each instance gets a user of its own from the 100,000 numbers that begin here: above what distributions give to people,
    /// services and their first sub-users.
    /// </summary>
    public int FirstUid { get; init; } = 200_000;
}
