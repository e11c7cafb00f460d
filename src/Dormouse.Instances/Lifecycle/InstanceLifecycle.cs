using System.Collections.Concurrent;
using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Drivers.Process;
using Dormouse.Instances.Images;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sleep;
using Dormouse.Instances.Templates;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// All instances of this host: finds them when the platform starts, hands out leases, wakes, puts to sleep and deletes. Owns the set of
/// instances; each instance owns its own state. Thread-safe.
/// </summary>
/// <remarks>
/// The end comes in one of two ways: <see cref="StopAllAsync"/> stops every instance, as <c>down</c> does; <see cref="DisposeAsync"/> alone
/// leaves them as they are, for the next platform to adopt.
/// </remarks>
public sealed partial class InstanceLifecycle(
    InstancesOptions options,
    ImageStore images,
    TemplateStore templates,
    SecretBox box,
    TimeProvider time,
    ILoggerFactory loggers
) : IInstanceHost, IInstanceAdmin, IAsyncDisposable
{
    private const int UidCount = 100_000;

    // Less is as good as full: one instance fills it, and the kernel needs some for itself.
    private const long SwapFreeMin = 32L << 20;

    private readonly ConcurrentDictionary<DatabaseId, Instance> instances = new();
    private readonly HashSet<int> takenUids = [];
    private readonly Lock gate = new();
    private readonly ILogger logger = loggers.CreateLogger<InstanceLifecycle>();
    private Parts? parts;
    private volatile bool closing;
    private int stopping;

    /// <summary>How instances are frozen here and which of their bounds truly hold. Known once started.</summary>
    public ResourceReport Resources => Started.Starter.Resources;

    private Parts Started => parts ?? throw new InvalidOperationException("The lifecycle was not started.");

    /// <summary>The same with the memory of this moment, for whoever runs the platform.</summary>
    public ResourceStatus ReadResources()
    {
        HostMemory memory = HostMemory.Read();
        return new ResourceStatus(Resources.Freezer, Resources.Reclaimer, Resources.MemoryLimited, Resources.ProcessesLimited)
        {
            Pressure = Started.Watcher.Pressure.ToString().ToLowerInvariant(),
            AvailableBytes = memory.AvailableBytes,
            SwapBytes = memory.SwapTotalBytes,
            SwapFreeBytes = memory.SwapFreeBytes,
            InstanceBytes = MemoryBytes,
        };
    }

    /// <summary>Finds out what the host offers, takes over what an earlier platform left, and begins to put idle instances to sleep.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        DataFolder data = DataFolder.Open(options.DataPath);
        SandboxCommand command = SandboxCommand.Find(data.IsRoot);
        ResourceGroups groups = await ResourceGroups.ProbeAsync(data.Scope, options.Resources, time, cancellationToken);
        var events = new KernelEvents();
        var driver = new ProcessDriver(command, events, time);
        var secrets = new InstanceSecrets(box);
        var starter = new InstanceStarter(options, data, images, templates, secrets, driver, groups, time);
        var adoption = new Adoption(data, starter, command, groups, events, logger);
        parts = new Parts(data, groups, events, starter, new IdleWatcher(this, options, time, loggers.CreateLogger<IdleWatcher>()));
        foreach (FoundInstance found in await adoption.FindAsync())
        {
            if (found.Record.Uid is { } uid)
            {
                takenUids.Add(uid);
            }
            Instance instance = New(found.Id);
            instances[found.Id] = instance;
            await instance.AdoptAsync(found.Record, found.Alive);
        }
        Log.Ready(logger, instances.Count, groups.Report.Freezer, groups.Report.MemoryLimited, groups.Report.ProcessesLimited);
        parts.Watcher.Start();
    }

    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        if (closing)
        {
            return ValueTask.FromException<IInstanceLease>(WakeFailures.ShuttingDown(id));
        }
        return instances.TryGetValue(id, out Instance? instance)
            ? instance.LeaseAsync(cancellationToken)
            : ValueTask.FromException<IInstanceLease>(WakeFailures.NoSuchInstance(id));
    }

    public async Task CreateAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        Instance instance = await CreateAsync(id, null, cancellationToken);
        await instance.WakeAsync(cancellationToken);
    }

    /// <summary>With a seed it is made from that, and runs.</summary>
    internal async Task<Instance> CreateAsync(DatabaseId id, InstanceSeed? seed, CancellationToken cancellationToken)
    {
        Instance instance;
        Task created;
        lock (gate)
        {
            // Asked for under the same lock under which deleted ones are dropped, so that it cannot be dropped in between.
            ObjectDisposedException.ThrowIf(closing, this);
            instance = instances.GetOrAdd(id, New);
            created = instance.CreateAsync(seed, cancellationToken);
        }
        await created;
        return instance;
    }

    /// <summary>
    /// Replaces what an instance holds by a seed. The copy is made beside it while it is used; only then its sessions end and the two change
    /// places.
    /// </summary>
    internal async Task ReplaceDataAsync(DatabaseId id, InstanceSeed seed, CancellationToken cancellationToken)
    {
        Instance instance = Existing(id);
        InstanceFolder folder = FolderOf(id);
        await InstanceStarter.FillAsync(folder, instance.Uid, seed, cancellationToken);
        try
        {
            await instance.ReplaceDataAsync(seed);
        }
        finally
        {
            DataSwap.RemoveRestoring(folder);
        }
    }

    internal InstanceRecord RecordOf(DatabaseId id) => Existing(id).Record!;

    internal InstanceFolder FolderOf(DatabaseId id) => Started.Starter.FolderOf(id);

    internal RoleSecrets OpenSecrets(DatabaseId id) => Started.Starter.OpenSecrets(id);

    public async Task DeleteAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        if (!instances.TryGetValue(id, out Instance? instance))
        {
            return;
        }
        int? uid = instance.Uid;
        await instance.DeleteAsync().WaitAsync(cancellationToken);
        lock (gate)
        {
            if (instance.Phase == InstancePhase.Absent && instance.IsIdle)
            {
                instances.TryRemove(id, out _);
                if (uid is { } free)
                {
                    takenUids.Remove(free);
                }
            }
        }
    }

    public Task SleepAsync(DatabaseId id, InstanceState to, CancellationToken cancellationToken)
    {
        Instance instance = Existing(id);
        Task asleep = to switch
        {
            InstanceState.Frozen => instance.FreezeAsync(TimeSpan.Zero),
            InstanceState.Reclaimed when !CanReclaim(HostMemory.Read()) => throw WakeFailures.CannotReclaim(Resources.Reclaimer),
            InstanceState.Reclaimed => instance.ReclaimAsync(TimeSpan.Zero),
            InstanceState.Stopped => instance.StopAsync(TimeSpan.Zero),
            _ => throw new ArgumentOutOfRangeException(nameof(to), to, "An instance sleeps frozen, reclaimed or stopped."),
        };
        return asleep.WaitAsync(cancellationToken);
    }

    public Task WakeAsync(DatabaseId id, CancellationToken cancellationToken) => Existing(id).WakeAsync(cancellationToken);

    public InstanceStatus? Find(DatabaseId id) => instances.TryGetValue(id, out Instance? instance) ? instance.Status : null;

    public IReadOnlyList<InstanceStatus> List() => [.. instances.Values.Select(instance => instance.Status).OfType<InstanceStatus>()];

    /// <summary>Stops every instance cleanly, whoever uses it, a few at once; the pinned ones last, since others may need the control store.</summary>
    public async Task StopAllAsync(CancellationToken cancellationToken)
    {
        if (parts is not { } started || Interlocked.Exchange(ref stopping, 1) != 0)
        {
            return;
        }
        closing = true;
        await started.Watcher.StopAsync();
        foreach (IEnumerable<Instance> round in instances.Values.ToLookup(instance => IsPinned(instance.Id)).OrderBy(round => round.Key))
        {
            await Task.WhenAll(round.Where(instance => instance.IsThere).Select(ShutDownAsync)).WaitAsync(cancellationToken);
        }
        await LetGoAsync();
        if (instances.Values.All(instance => instance.Phase is InstancePhase.Stopped or InstancePhase.Absent))
        {
            started.Groups.RemoveIfEmpty();
            started.Data.Close();
        }
    }

    /// <summary>Ends what this platform does with instances and leaves them running, frozen or stopped as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        closing = true;
        if (parts is { } started)
        {
            await started.Watcher.StopAsync();
            await LetGoAsync();
            started.Watcher.Dispose();
            started.Events.Dispose();
            started.Starter.Dispose();
            parts = null;
        }
    }

    /// <summary>Whether memory of frozen instances has somewhere to go at this moment.</summary>
    internal bool CanReclaim(HostMemory memory) => Resources.Reclaimer is not null && memory.SwapFreeBytes >= SwapFreeMin;

    /// <summary>What all instances hold; null where the host does not count it.</summary>
    internal long? MemoryBytes => Started.Groups.MemoryBytes;

    internal IEnumerable<Instance> Watched => instances.Values.Where(instance => !IsPinned(instance.Id));

    internal Instance Existing(DatabaseId id) =>
        instances.TryGetValue(id, out Instance? instance) && instance.IsThere ? instance : throw WakeFailures.NoSuchInstance(id);

    private Task LetGoAsync() => Task.WhenAll(instances.Values.Select(instance => instance.LetGoAsync()));

    private async Task ShutDownAsync(Instance instance)
    {
        try
        {
            await instance.ShutDownAsync();
        }
        catch (Exception exception)
        {
            // One that cannot be stopped must not keep the others from it.
            Log.NotStopped(logger, instance.Id, exception);
        }
    }

    private bool IsPinned(DatabaseId id) => id == DatabaseId.System || options.Pinned.Contains(id);

    private Instance New(DatabaseId id) => new(id, Started.Starter, options, TakeUid, time, loggers.CreateLogger<Instance>());

    /// <summary>
    /// A number that no instance of this data folder has. Drawn and not counted up, so that another platform on this host hardly ever
    /// gives the same; should it happen, the sandboxes still keep the two apart.
    /// </summary>
    private int? TakeUid()
    {
        if (!Started.Data.IsRoot)
        {
            return null;
        }
        lock (gate)
        {
            int first = RandomNumberGenerator.GetInt32(UidCount);
            for (int i = 0; i < UidCount; i++)
            {
                int uid = options.FirstUid + ((first + i) % UidCount);
                if (takenUids.Add(uid))
                {
                    return uid;
                }
            }
        }
        throw WakeFailures.NoUidLeft(options.FirstUid, UidCount);
    }

    private sealed record Parts(DataFolder Data, ResourceGroups Groups, KernelEvents Events, InstanceStarter Starter, IdleWatcher Watcher);

    private static partial class Log
    {
        [LoggerMessage(
            3430,
            LogLevel.Information,
            "{Count} instances found; frozen by {Freezer}; bounds that hold: memory {MemoryLimited}, processes {ProcessesLimited}"
        )]
        public static partial void Ready(ILogger logger, int count, string freezer, bool memoryLimited, bool processesLimited);

        [LoggerMessage(3431, LogLevel.Error, "{Id} could not be stopped")]
        public static partial void NotStopped(ILogger logger, DatabaseId id, Exception exception);
    }
}
