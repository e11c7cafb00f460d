using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sizes;
using Dormouse.Instances.Sleep;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Instances.Tests.Sizes;

/// <summary>Real instances whose load moves them, with a clock that only the test moves.</summary>
public sealed class SizeWatchTests
{
    private static readonly ClassRange Growing = new(InstanceClass.Small, InstanceClass.Medium);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_moves_a_database_up_and_idleness_back_and_each_cold_start_takes_that_on()
    {
        await using TestHost host = await StartAsync();
        var id = DatabaseId.New();
        await host.Lifecycle.CreateAsync(id, Growing, Cancellation);
        using var watch = new Watch(host, id);
        List<IInstanceLease> leases = await LeaseAsync(host, id, 10);

        watch.LookFor(TimeSpan.FromSeconds(30));

        await Eventually.EqualAsync(InstanceClass.Medium, () => host.Lifecycle.Find(id)!.Size.Now);
        Assert.Equal("30", await host.QueryAsync(id, "SHOW max_connections"));
        leases.ForEach(lease => lease.Dispose());
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal("60", await host.QueryAsync(id, "SHOW max_connections"));

        watch.LookFor(host.Options.Sizes.ShrinkAfter + TimeSpan.FromMinutes(1));

        await Eventually.EqualAsync(InstanceClass.Small, () => host.Lifecycle.Find(id)!.Size.Now);
        Assert.Equal("60", await host.QueryAsync(id, "SHOW max_connections"));
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal("30", await host.QueryAsync(id, "SHOW max_connections"));
        Assert.Equal(
            [InstanceClass.Medium, InstanceClass.Small],
            host.Lifecycle.Find(id)!.History.Select(change => change.Class).OfType<InstanceClass>()
        );
    }

    [Fact]
    public async Task Where_memory_is_tight_or_too_little_is_left_nobody_grows()
    {
        await using TestHost host = await StartAsync();
        var id = DatabaseId.New();
        await host.Lifecycle.CreateAsync(id, Growing, Cancellation);
        using var watch = new Watch(host, id) { Pressure = MemoryPressure.Tight };
        List<IInstanceLease> leases = await LeaseAsync(host, id, 10);

        watch.LookFor(TimeSpan.FromMinutes(5));
        watch.Pressure = MemoryPressure.None;
        watch.Available = host.Options.MemoryMaxBytes - 1;
        watch.LookFor(TimeSpan.FromMinutes(5));
        Assert.Equal(InstanceClass.Small, await SizeAfterAllAskedAsync(host, id));

        watch.Available++;
        watch.LookFor(TimeSpan.FromSeconds(2));
        Assert.Equal(InstanceClass.Medium, await SizeAfterAllAskedAsync(host, id));
        leases.ForEach(lease => lease.Dispose());
    }

    [Fact]
    public async Task One_that_sleeps_moves_down_and_is_not_woken_for_it()
    {
        await using TestHost host = await StartAsync();
        var id = DatabaseId.New();
        await host.Lifecycle.CreateAsync(id, Growing, Cancellation);
        await host.Lifecycle.ResizeAsync(id, Growing, InstanceClass.Medium, Cancellation);
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);

        using var watch = new Watch(host, id);
        watch.LookFor(host.Options.Sizes.ShrinkAfter + TimeSpan.FromMinutes(1));

        await Eventually.EqualAsync(InstanceClass.Small, () => host.Lifecycle.Find(id)!.Size.Now);
        Assert.Equal(InstanceState.Stopped, host.Lifecycle.Find(id)!.State);
    }

    [Fact]
    public async Task Processor_time_that_sessions_take_is_seen_and_stays_seen_when_they_end()
    {
        await using TestHost host = await StartAsync();
        DatabaseId id = await host.CreateAsync();
        Instance instance = host.Lifecycle.Existing(id);
        TimeSpan before = instance.ReadProcessorTime()!.Value.Time;
        double took = 0;

        while (took < 0.2)
        {
            // Each of these is a session of its own, which is over when its time is read.
            await host.QueryAsync(id, "SELECT count(*) FROM generate_series(1, 300000) i WHERE md5(i::text) > 'f'");
            took = (instance.ReadProcessorTime()!.Value.Time - before).TotalSeconds;
        }

        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
        Assert.Null(instance.ReadProcessorTime());
    }

    /// <summary>The platform's own watch looks once an hour, so that the test's alone moves anything.</summary>
    private static Task<TestHost> StartAsync() =>
        TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            Sizes = new SizeOptions { LookPeriod = TimeSpan.FromHours(1) },
        });

    private static async Task<List<IInstanceLease>> LeaseAsync(TestHost host, DatabaseId id, int count)
    {
        var leases = new List<IInstanceLease>();
        for (int i = 0; i < count; i++)
        {
            leases.Add(await host.Lifecycle.LeaseAsync(id, Cancellation));
        }
        return leases;
    }

    /// <summary>After whatever was asked before: commands run in their order.</summary>
    private static async Task<InstanceClass> SizeAfterAllAskedAsync(TestHost host, DatabaseId id)
    {
        await host.Lifecycle.Existing(id).ResizeAsync(size => size);
        return host.Lifecycle.Find(id)!.Size.Now;
    }

    private sealed class Watch : IMemoryGauge, IDisposable
    {
        private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

        private readonly ManualTimeProvider clock = new();
        private readonly SizeWatch watch;

        public Watch(TestHost host, DatabaseId id) =>
            watch = new SizeWatch(
                () => [host.Lifecycle.Existing(id)],
                host.Options,
                this,
                () => Pressure,
                clock,
                TaskScheduler.Default,
                NullLogger.Instance
            );

        public MemoryPressure Pressure { get; set; }

        public long Available { get; set; } = 1L << 40;

        public long? InstanceBytes => null;

        public HostMemory Read() => new(1L << 40, Available, 0, 0, 0);

        public bool CanReclaim(HostMemory memory) => false;

        public void Dispose() => watch.Dispose();

        /// <summary>From this moment to that one.</summary>
        public void LookFor(TimeSpan time)
        {
            for (TimeSpan looked = TimeSpan.Zero; looked <= time; looked += Step)
            {
                watch.Look();
                clock.Advance(Step);
            }
        }
    }
}
