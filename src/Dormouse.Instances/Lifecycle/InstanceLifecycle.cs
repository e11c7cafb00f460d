using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Disk;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Drivers.Process;
using Dormouse.Instances.Images;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sizes;
using Dormouse.Instances.Sleep;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Upkeep;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// The instances of this host, as the platform knows them: finds out what the host offers, takes over what an earlier platform left, and then hands
/// wishes on to <see cref="InstanceSet"/>. Thread-safe.
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
    DatabaseLoads loads,
    TimeProvider time,
    ILoggerFactory loggers
) : IInstanceHost, IInstanceAdmin, IAsyncDisposable
{
    private readonly ILogger logger = loggers.CreateLogger<InstanceLifecycle>();
    private Parts? parts;

    // Stays when the parts have gone, for whoever asks how things are.
    private InstanceSet? instances;
    private DiskWatch? disk;
    private SizeWatch? sizes;
    private YieldWatch? yields;

    /// <summary>How instances are frozen here and which of their bounds truly hold. Known once started.</summary>
    public ResourceReport Resources => Started.Starter.Resources;

    private InstanceSet Set => instances ?? throw new InvalidOperationException("The lifecycle was not started.");

    private Parts Started => parts ?? throw new InvalidOperationException("The lifecycle was not started.");

    /// <summary>The same with the memory of this moment, for whoever runs the platform.</summary>
    public ResourceStatus ReadResources()
    {
        HostMemory memory = Started.Memory.Read();
        DiskLimit disk = options.Disk.LimitOf(InstanceClass.Small);
        return new ResourceStatus(Resources.Freezer, Resources.Reclaimer, Resources.MemoryLimited, Resources.ProcessesLimited)
        {
            ProcessorWeighted = Resources.ProcessorWeighted,
            ProcessorYields = Resources.ProcessorYields,
            FreeProcessors = Resources.FreeProcessors,
            Yielding = yields?.Count ?? 0,
            Pressure = Started.Watcher.Pressure.ToString().ToLowerInvariant(),
            AvailableBytes = memory.AvailableBytes,
            SwapBytes = memory.SwapTotalBytes,
            SwapFreeBytes = memory.SwapFreeBytes,
            InstanceBytes = Started.Memory.InstanceBytes,
            Disk = new DiskStatus(disk.SoftBytes, disk.HardBytes, options.Disk.CheckPeriod.TotalSeconds)
            {
                Full = Set.All.Count(instance => FindDisk(instance.Id) is { MayGrow: false }),
                HeldByFileSystem = this.disk?.HoldsByFileSystem ?? false,
            },
        };
    }

    /// <summary>Finds out what the host offers, takes over what an earlier platform left, and begins to put idle instances to sleep.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        options.Sizes.Check();
        if (options.Hastens)
        {
            ProcessorTurns.Hasten();
        }
        DataFolder data = DataFolder.Open(options.DataPath);
        SandboxCommand command = SandboxCommand.Find(data.IsRoot);
        ResourceGroups groups = await ResourceGroups.ProbeAsync(data.Scope, options.Resources, time, cancellationToken);
        var events = new KernelEvents();
        var pinned = new PinnedPages();
        var driver = new ProcessDriver(command, events, pinned, time);
        var secrets = new InstanceSecrets(box);
        UserNumbers? users = data.IsRoot ? new UserNumbers(options.FirstUid) : null;
        var spares = new SpareClones(
            templates,
            Path.Combine(data.Path, "spares"),
            users,
            options.SparesMax,
            loggers.CreateLogger<SpareClones>()
        );
        spares.RemoveLeftovers();
        // Before the starter, which gives each endpoint its gate.
        var hold = new DiskHold(ProjectQuota.TryFind(data.Path), options.Disk, loggers.CreateLogger<DiskHold>());
        disk = NewDiskWatch(data, secrets, hold);
        var starter = new InstanceStarter(options, data, images, templates, spares, secrets, driver, groups, disk.GateOf, hold, time);
        var adoption = new Adoption(data, starter, command, groups, events, logger);
        var around = new Surroundings(starter, new HostTurns(options), options, time, TaskScheduler.Default);
        InstanceSet set = instances = new InstanceSet(around, users, loggers);
        var memory = new MemoryGauge(groups);
        var upkeep = new InstanceUpkeep(
            options.Upkeep,
            starter.FolderOf,
            starter.OpenSecrets,
            time,
            loggers.CreateLogger<InstanceUpkeep>()
        );
        var watcher = new IdleWatcher(set, around, memory, loggers.CreateLogger<IdleWatcher>()) { BeforeSleep = upkeep.BeforeSleepAsync };
        var oomOrder = new OomOrder(() => set.Running, time);
        parts = new Parts(
            data,
            groups,
            events,
            pinned,
            starter,
            spares,
            memory,
            watcher,
            upkeep,
            NewSchedule(set, upkeep, watcher),
            oomOrder
        );
        sizes = NewSizeWatch(set, memory, watcher);
        yields = NewYieldWatch(set);
        Findings findings = await adoption.FindAsync();
        foreach (LeftAlone left in findings.LeftAlone)
        {
            set.LeaveAlone(left);
        }
        foreach (FoundInstance found in findings.Found)
        {
            await set.AdoptAsync(found);
        }
        Log.Ready(logger, set.Count, groups.Report.Freezer, groups.Report.MemoryLimited, groups.Report.ProcessesLimited);
        watcher.Start();
        parts.Schedule.Start();
        disk.Start();
        sizes.Start();
        if (Resources is { ProcessorYields: true } or { FreeProcessors: > 0 })
        {
            yields.Start(TaskScheduler.Default);
        }
        oomOrder.Start();
    }

    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken) =>
        instances is { } set
            ? set.LeaseAsync(id, cancellationToken)
            : ValueTask.FromException<IInstanceLease>(WakeFailures.NoSuchInstance(id));

    /// <summary>A small one.</summary>
    public Task CreateAsync(DatabaseId id, CancellationToken cancellationToken) => CreateAsync(id, ClassRange.Smallest, cancellationToken);

    public async Task CreateAsync(DatabaseId id, ClassRange range, CancellationToken cancellationToken)
    {
        Instance instance = await Set.CreateAsync(id, null, cancellationToken, range);
        await instance.WakeAsync(cancellationToken);
        Started.Upkeep.Notice(instance);
        Started.Starter.RefillSpares();
    }

    /// <summary>With a seed it is made from that, and runs.</summary>
    internal Task<Instance> CreateAsync(DatabaseId id, InstanceSeed? seed, ClassRange range, CancellationToken cancellationToken) =>
        Set.CreateAsync(id, seed, cancellationToken, range);

    /// <summary>
    /// Replaces what an instance holds by a seed. The copy is made beside it while it is used; only then its sessions end and the two change
    /// places.
    /// </summary>
    internal async Task ReplaceDataAsync(DatabaseId id, InstanceSeed seed, CancellationToken cancellationToken)
    {
        Instance instance = Existing(id);
        InstanceFolder folder = FolderOf(id);
        await InstanceStarter.FillAsync(folder, instance.Record!.Uid, seed, cancellationToken);
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

    internal Task<IInstanceRun> StartApartAsync(DatabaseId id, ApartServer server, CancellationToken cancellationToken) =>
        Started.Starter.StartApartAsync(id, server, cancellationToken);

    internal RoleSecrets OpenSecrets(DatabaseId id) => Started.Starter.OpenSecrets(id);

    public async Task DeleteAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        await Started.Upkeep.EndAsync(id);
        await Set.DeleteAsync(id, cancellationToken);
        Started.Upkeep.Forget(id);
        disk?.Forget(id);
    }

    public async Task SleepAsync(DatabaseId id, InstanceState to, CancellationToken cancellationToken)
    {
        Instance instance = Existing(id);
        Func<Task> sleep = to switch
        {
            InstanceState.Frozen => () => instance.FreezeAsync(TimeSpan.Zero),
            InstanceState.Reclaimed when !Started.Memory.CanReclaim(Started.Memory.Read()) => throw WakeFailures.CannotReclaim(
                Resources.Reclaimer
            ),
            InstanceState.Reclaimed => () => instance.ReclaimAsync(TimeSpan.Zero),
            InstanceState.Stopped => () => instance.StopAsync(TimeSpan.Zero),
            _ => throw new ArgumentOutOfRangeException(nameof(to), to, "An instance sleeps frozen, reclaimed or stopped."),
        };
        // A stop makes its checkpoint by itself.
        Task asleep = Started.Upkeep.SleepAsync(instance, to != InstanceState.Stopped, sleep, cancellationToken);
        await asleep.WaitAsync(cancellationToken);
    }

    public Task ResizeAsync(DatabaseId id, ClassRange range, InstanceClass? now, CancellationToken cancellationToken) =>
        Existing(id).ResizeAsync(size => size.Within(range, now)).WaitAsync(cancellationToken);

    public InstanceDisk? FindDisk(DatabaseId id) => disk?.Find(id);

    public Task WakeAsync(DatabaseId id, CancellationToken cancellationToken) => Existing(id).WakeAsync(cancellationToken);

    public InstanceStatus? Find(DatabaseId id) => instances?.StatusOf(id);

    public IReadOnlyList<InstanceStatus> List() => instances?.Statuses ?? [];

    /// <summary>Stops every instance cleanly, whoever uses it, a few at once; the pinned ones last, since others may need the control store.</summary>
    public async Task StopAllAsync(CancellationToken cancellationToken)
    {
        if (parts is not { } started)
        {
            return;
        }
        Set.Close();
        await started.Watcher.StopAsync();
        await started.Schedule.StopAsync();
        await started.Spares.StopAsync();
        await disk!.StopAsync();
        await sizes!.StopAsync();
        await yields!.StopAsync();
        await started.OomOrder.StopAsync();
        if (!await Set.StopAllAsync(cancellationToken))
        {
            return;
        }
        await Set.LetGoAsync();
        if (Set.All.All(instance => instance.Phase is InstancePhase.Stopped or InstancePhase.Absent))
        {
            started.Groups.RemoveIfEmpty();
            started.Data.Close();
        }
    }

    /// <summary>Ends what this platform does with instances and leaves them running, frozen or stopped as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        if (parts is { } started)
        {
            Set.Close();
            await started.Watcher.StopAsync();
            await started.Schedule.StopAsync();
            await started.Spares.StopAsync();
            await disk!.StopAsync();
            await sizes!.StopAsync();
            await yields!.StopAsync();
            await started.OomOrder.StopAsync();
            await Set.LetGoAsync();
            started.Watcher.Dispose();
            started.Schedule.Dispose();
            disk.Dispose();
            sizes.Dispose();
            yields.Dispose();
            started.OomOrder.Dispose();
            started.Events.Dispose();
            started.Pinned.Dispose();
            parts = null;
        }
    }

    internal Instance Existing(DatabaseId id) => Set.Existing(id);

    /// <summary>Databases in which large upkeep is due.</summary>
    internal IReadOnlyCollection<DatabaseId> UpkeepOwed => Started.Upkeep.Owed;

    private DiskWatch NewDiskWatch(DataFolder data, InstanceSecrets secrets, DiskHold hold) =>
        new(
            options.Disk,
            () => Set.All.Where(instance => instance.IsThere && instance.Id != DatabaseId.System),
            () => Set.Running.Where(instance => instance.Id != DatabaseId.System),
            id => InstanceFolder.Of(data, id),
            id => secrets.Open(id, InstanceFolder.Of(data, id)),
            () => new DriveInfo(data.Path).AvailableFreeSpace,
            hold,
            time,
            loggers.CreateLogger<DiskWatch>()
        );

    private SizeWatch NewSizeWatch(InstanceSet set, MemoryGauge memory, IdleWatcher watcher) =>
        new(
            () => set.All.Where(instance => instance.Id != DatabaseId.System),
            options,
            memory,
            () => watcher.Pressure,
            time,
            TaskScheduler.Default,
            loggers.CreateLogger<SizeWatch>()
        );

    private YieldWatch NewYieldWatch(InstanceSet set) =>
        new(
            () => set.Running.Where(instance => instance.Id != DatabaseId.System),
            options.Yielding,
            new ProcessorGauge().Read,
            new FrontDoorShare(loads, () => Environment.CpuUsage.TotalTime),
            loads,
            Started.Starter.FreeProcessors,
            time
        );

    private UpkeepSchedule NewSchedule(InstanceSet set, InstanceUpkeep upkeep, IdleWatcher watcher) =>
        new(
            upkeep,
            options.Upkeep,
            id => set.Find(id) is { IsThere: true } instance ? instance : null,
            () => watcher.Pressure != MemoryPressure.None,
            time,
            loggers.CreateLogger<UpkeepSchedule>()
        );

    private sealed record Parts(
        DataFolder Data,
        ResourceGroups Groups,
        KernelEvents Events,
        PinnedPages Pinned,
        InstanceStarter Starter,
        SpareClones Spares,
        MemoryGauge Memory,
        IdleWatcher Watcher,
        InstanceUpkeep Upkeep,
        UpkeepSchedule Schedule,
        OomOrder OomOrder
    );

    private static partial class Log
    {
        [LoggerMessage(
            3430,
            LogLevel.Information,
            "{Count} instances found; frozen by {Freezer}; bounds that hold: memory {MemoryLimited}, processes {ProcessesLimited}"
        )]
        public static partial void Ready(ILogger logger, int count, string freezer, bool memoryLimited, bool processesLimited);
    }
}
