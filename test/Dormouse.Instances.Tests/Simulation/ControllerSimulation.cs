using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Sizes;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>
/// The real controller over thousands of databases on a host that is played by dice: one thread, a clock of its own, and one seed for all of it, so that
/// a run is the same each time. Platforms follow each other on the same host: killed at any step, let go, or stopped. What is held after each step is in
/// <see cref="SimulatedHost"/>, <see cref="SimulatedClients"/> and <see cref="CheckInstances"/>.
/// </summary>
internal sealed class ControllerSimulation
{
    private const int StepsBetweenChecks = 500;
    private const int StepsMax = 5_000_000;

    // Time goes on only while the one thread keeps up, else whatever is late would be late by that.
    private const int ReadyMax = 100;

    private readonly Random dice;
    private readonly SimulatedClock clock = new();
    private readonly DefectLog defects = new();
    private readonly InstancesOptions options;
    private readonly DatabaseId[] names;
    private SeededScheduler scheduler = null!;
    private SimulatedPlatform platform = null!;
    private SimulatedClients clients = null!;
    private TimeSpan untilLook;

    public ControllerSimulation(int seed, int databases)
    {
        dice = new Random(seed);
        options = new InstancesOptions
        {
            DataPath = "/nowhere",
            StartsAtOnceMax = dice.Next(1, 5),
            ReclaimsAtOnceMax = dice.Next(1, 3),
            FreezeAfter = TimeSpan.FromSeconds(dice.Next(1, 6)),
            ReclaimAfter = TimeSpan.FromSeconds(dice.Next(6, 12)),
            StopAfter = TimeSpan.FromSeconds(dice.Next(12, 40)),
            WaitersMax = dice.Next(2, 50),
            MemoryMaxBytes = 1 << 20,
            Sizes = new SizeOptions
            {
                Smoothing = TimeSpan.FromSeconds(1),
                GrowAfter = TimeSpan.FromSeconds(dice.Next(1, 4)),
                ShrinkAfter = TimeSpan.FromSeconds(dice.Next(3, 8)),
                GrowthsPerLook = dice.Next(1, 5),
            },
        };
        Host = new SimulatedHost(dice, clock, options, defects);
        names = [.. Enumerable.Range(0, databases).Select(number => DatabaseId.Parse($"db_{number:d16}"))];
    }

    public SimulatedHost Host { get; }

    public int Steps { get; private set; }

    public int Answers { get; private set; }

    public int Failures { get; private set; }

    public HashSet<(InstancePhase Phase, string Deed)> Asked { get; } = [];

    /// <summary>How instances came into another class by themselves: "busy" and "quiet".</summary>
    public IReadOnlySet<string> Moved => defects.Moved;

    /// <summary>Another number if anything went another way.</summary>
    public int Trace { get; private set; } = 17;

    public void Run(int platforms, int deeds)
    {
        List<FoundInstance> found = [.. names.Skip(names.Length / 10).Select(Host.Plant)];
        for (int i = 0; i < platforms; i++)
        {
            Begin(found);
            Host.FaultRate = dice.Next(3) * 0.02;
            Live(deeds);
            switch (dice.Next(3))
            {
                case 0:
                    // Killed at this very step: nothing that is under way goes on.
                    Note();
                    break;
                case 1:
                    End(platform.Instances.LetGoAsync);
                    break;
                default:
                    End(async () =>
                    {
                        await platform.Instances.StopAllAsync(CancellationToken.None);
                        await platform.Instances.LetGoAsync();
                    });
                    CheckStopped();
                    break;
            }
            clock.ForgetTimers();
            found = [.. Host.Find()];
        }
    }

    private void Begin(List<FoundInstance> found)
    {
        scheduler = new SeededScheduler(dice);
        platform = new SimulatedPlatform(Host, clock, scheduler, options, defects);
        clients = new SimulatedClients(dice, Host, clock, platform, options, defects);
        Host.FaultRate = 0;
        Task[] adopted = [.. found.Select(each => scheduler.Run(() => platform.Instances.AdoptAsync(each)))];
        RunReady();
        Assert.All(adopted, each => Assert.True(each.IsCompletedSuccessfully, each.Exception?.ToString()));
        Assert.Equal(found.Count, platform.Instances.Count);
        CheckInstances();
    }

    private void Live(int deeds)
    {
        while (deeds > 0)
        {
            // Time stands still while several things happen at once.
            DatabaseId asked = dice.Next(2) == 0 ? DrawReclaiming() : Draw();
            for (int together = dice.Next(4); together > 0 && deeds > 0; together--, deeds--)
            {
                clients.Begin(asked);
                asked = dice.Next(3) == 0 ? asked : Draw();
                _ = dice.Next(2) == 0 && Step();
            }
            for (int steps = dice.Next(100); steps > 0 && Step(); steps--)
            {
                // One by one.
            }
            if (dice.Next(3) == 0 && scheduler.Ready < ReadyMax)
            {
                Advance();
            }
            if (dice.Next(400) == 0)
            {
                platform.Available = dice.NextDouble() * 0.3;
                platform.HasSwap = dice.Next(4) != 0;
            }
        }
    }

    /// <summary>A few are asked all the time, most hardly ever.</summary>
    private DatabaseId Draw() => names[(int)(names.Length * Math.Pow(dice.NextDouble(), 6))];

    /// <summary>A phase that passes too quickly for the dice to meet it often.</summary>
    private DatabaseId DrawReclaiming() =>
        names.Take(50).FirstOrDefault(name => platform.Instances.Find(name)?.Phase == InstancePhase.Reclaiming, Draw());

    private void Advance()
    {
        TimeSpan by = TimeSpan.FromMilliseconds(dice.Next(1, 80));
        clock.Time.Advance(by);
        untilLook -= by;
        if (untilLook < TimeSpan.Zero)
        {
            untilLook = TimeSpan.FromSeconds(1);
            _ = scheduler.Run(() =>
            {
                platform.Watcher.Look();
                platform.Sizes.Look();
                return Task.CompletedTask;
            });
        }
    }

    private bool Step()
    {
        bool stepped = scheduler.Step();
        Steps += stepped ? 1 : 0;
        if (defects.Defect is { } defect)
        {
            throw new InvalidOperationException($"A defect at {clock.Time.GetUtcNow():mm:ss.fff}: {defect.Message}", defect);
        }
        if (stepped && Steps % StepsBetweenChecks == 0)
        {
            CheckInstances();
            Trace = HashCodeOf(Trace, scheduler.Ready, clients.Answers, Host.Starts, clock.Time.PendingTimers);
        }
        return stepped;
    }

    private void RunReady()
    {
        while (Step())
        {
            Assert.True(Steps < StepsMax, "It does not come to rest.");
        }
    }

    /// <summary>The end that the platform brings about itself; all who wait are told, and nothing is left of it.</summary>
    private void End(Func<Task> end)
    {
        platform.Instances.Close();
        Task ended = scheduler.Run(end);
        for (int i = 0; !ended.IsCompleted || clients.Pending + platform.Preparing > 0 || scheduler.Ready > 0; i++)
        {
            RunReady();
            clock.Time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.True(i < 60_000, $"After 100 minutes {clients.Pending} still wait, the end is {ended.Status}.");
        }
        Note();
        Assert.True(ended.IsCompletedSuccessfully, ended.Exception?.ToString());
        Assert.Equal(0, clock.Time.PendingTimers);
        Assert.All(Host.Databases.Values, database => Assert.All(database.Held.Values, held => Assert.Equal(0, held)));
        Assert.All(Host.Databases.Values, database => Assert.Null(database.Call));
        foreach (Instance instance in platform.Instances.All)
        {
            Assert.Equal(0, instance.Status?.Leases ?? 0);
        }
        CheckInstances();
    }

    private void CheckStopped()
    {
        foreach (Instance instance in platform.Instances.All.Where(instance => instance.Phase != InstancePhase.Stuck))
        {
            SimulatedDatabase database = Host.Of(instance.Id);
            Assert.True(
                instance.Phase is InstancePhase.Stopped or InstancePhase.Absent,
                $"{instance.Id} is {instance.Phase} after the end."
            );
            Assert.True(database.Server is null or { IsDead: true }, $"{instance.Id} runs on after the end.");
        }
    }

    private void CheckInstances()
    {
        // One left out would never sleep, and one too many would keep its memory.
        Assert.Equal(
            platform.Instances.All.Where(instance => instance.Phase == InstancePhase.Running).ToHashSet(),
            platform.Instances.Running.ToHashSet()
        );
        foreach (Instance instance in platform.Instances.All)
        {
            InstanceStatus? status = instance.Status;
            if (status is null)
            {
                continue;
            }
            SimulatedServer? server = Host.Of(instance.Id).Server;
            if (status.Leases > 0)
            {
                Assert.True(server is { IsFrozen: false } or { IsDead: true }, $"{instance.Id} is {instance.Phase}, lent, and sleeps.");
            }
            if (instance.Phase is InstancePhase.Frozen or InstancePhase.Reclaiming or InstancePhase.Reclaimed)
            {
                Assert.True(server is { IsFrozen: true } or { IsDead: true }, $"{instance.Id} counts as {instance.Phase} and runs.");
            }
            Assert.Equal(status.Size.Now, status.Size.Range.Nearest(status.Size.Now));
            if (server is { IsDead: false } && instance.Phase is InstancePhase.Running or InstancePhase.Frozen)
            {
                Assert.Equal(server!.Started, status.Size.Started);
            }
            InstanceChange[] states = [.. status.History.Where(change => change.Class is null)];
            foreach ((InstanceChange before, InstanceChange after) in states.Zip(states.Skip(1)))
            {
                Assert.True(MayFollow(before.State, after.State), $"{instance.Id}: {before.State}, then {after.State}.");
                Assert.True(before.At <= after.At);
            }
        }
    }

    private static bool MayFollow(InstanceState before, InstanceState after) =>
        (before, after) switch
        {
            (InstanceState.Stopped, _) => after == InstanceState.Running,
            (InstanceState.Running, _) => after is InstanceState.Frozen or InstanceState.Stopped,
            (InstanceState.Frozen, _) => after != InstanceState.Frozen,
            // Back to frozen when it could not be thawed.
            _ => after != InstanceState.Reclaimed,
        };

    private void Note()
    {
        Answers += clients.Answers;
        Failures += clients.Failures;
        Asked.UnionWith(clients.Asked);
    }

    private static int HashCodeOf(params int[] numbers) => numbers.Aggregate(17, (hash, number) => unchecked((hash * 31) + number));

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Steps} steps, {Answers} answers, {Failures} failures, {Host.Starts} starts, {Host.Faults} faults, trace {Trace}"
        );
}
