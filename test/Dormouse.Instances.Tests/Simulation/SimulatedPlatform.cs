using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sizes;
using Dormouse.Instances.Sleep;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>The real controller on a simulated host: what lives from one start of the platform to its end.</summary>
internal sealed class SimulatedPlatform : IMemoryGauge
{
    private const long Memory = 1 << 30;

    public SimulatedPlatform(
        SimulatedHost host,
        SimulatedClock clock,
        SeededScheduler scheduler,
        InstancesOptions options,
        DefectLog defects
    )
    {
        var around = new Surroundings(host, new HostTurns(options), options, clock.Time, scheduler);
        Instances = new InstanceSet(around, null, defects.AsFactory(), ByText.Instance);
        Watcher = new IdleWatcher(Instances, around, this, defects) { BeforeSleep = (instance, _) => SeeToAsync(host, instance) };
        Sizes = new SizeWatch(() => Instances.All, options, this, () => Watcher.Pressure, clock.Time, scheduler, defects);
        Scheduler = scheduler;
    }

    public InstanceSet Instances { get; }

    public IdleWatcher Watcher { get; }

    public SizeWatch Sizes { get; }

    public SeededScheduler Scheduler { get; }

    /// <summary>The part of the memory that is available; what the watcher finds.</summary>
    public double Available { get; set; } = 0.5;

    public bool HasSwap { get; set; } = true;

    /// <summary>Instances that are seen to before they sleep.</summary>
    public int Preparing { get; private set; }

    public long? InstanceBytes => null;

    public HostMemory Read() => new(Memory, (long)(Memory * Available), Memory, Memory, 0);

    public bool CanReclaim(HostMemory memory) => HasSwap;

    /// <summary>As upkeep before sleep does: it holds what is no use, for a while, and may fail.</summary>
    private async Task SeeToAsync(SimulatedHost host, Instance instance)
    {
        using IInstanceLease? quiet = instance.TryLeaseQuietly();
        if (quiet is null)
        {
            return;
        }
        Preparing++;
        try
        {
            using IDisposable held = host.Of(instance.Id).Hold(quiet.Endpoint);
            await host.PauseAsync("upkeep", CancellationToken.None);
        }
        finally
        {
            Preparing--;
        }
    }

    /// <summary>The hash of a text is another in each process, and would bring the instances in another order.</summary>
    private sealed class ByText : IEqualityComparer<DatabaseId>
    {
        public static readonly ByText Instance = new();

        public bool Equals(DatabaseId x, DatabaseId y) => x == y;

        public int GetHashCode(DatabaseId id) => id.ToString().Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter));
    }
}
