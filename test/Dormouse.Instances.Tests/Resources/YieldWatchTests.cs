using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Resources;

/// <summary>Real instances and their control groups; the platform's own watch looks once an hour, so that the test's alone moves anything.</summary>
public sealed class YieldWatchTests
{
    private const string Burning = "SELECT count(*) FROM generate_series(1, 1000000000) i WHERE md5(i::text) = ''";

    private readonly DatabaseLoads loads = new();
    private double busy = 1;
    private TimeSpan platform;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_burns_processor_time_goes_after_the_others_until_it_ends()
    {
        await using TestHost host = await StartAsync();
        (DatabaseId burning, DatabaseId quiet) = await TwoAsync(host);
        await host.Lifecycle.WakeAsync(quiet, Cancellation);
        using YieldWatch watch = Watch(host, burning, quiet);
        (Task query, IInstanceLease lease) = await BurnAsync(host, burning);

        await Eventually.EqualAsync((1L, 0L, 1), () => Look(watch, burning, quiet));
        // A weight of its own, of which it has no use while it yields.
        await host.Lifecycle.ResizeAsync(burning, new ClassRange(InstanceClass.Medium, InstanceClass.Medium), null, Cancellation);
        long? weight = WeightOf(burning);
        Assert.Equal(2 * WeightOf(quiet), weight);
        Assert.Equal((1L, 0L, 1), Look(watch, burning, quiet));

        await EndAsync(host, burning, query, lease);
        await Eventually.EqualAsync((0L, 0L, 0), () => Look(watch, burning, quiet));
        Assert.Equal(weight, WeightOf(burning));
    }

    [Fact]
    public async Task Who_yields_leaves_a_processor_to_those_that_are_awake()
    {
        await using TestHost host = await StartAsync();
        int all = Environment.ProcessorCount;
        Assert.SkipUnless(all > 1, "There is but one processor.");
        (DatabaseId burning, DatabaseId quiet) = await TwoAsync(host);
        await host.Lifecycle.SleepAsync(quiet, InstanceState.Frozen, Cancellation);
        using YieldWatch watch = Watch(host, burning, quiet);
        (Task query, IInstanceLease lease) = await BurnAsync(host, burning);

        // Nobody is awake beside it.
        await Eventually.EqualAsync((1L, 0L, 1), () => Look(watch, burning, quiet));
        Assert.Equal(all, ProcessorsOf(host, burning));

        await host.Lifecycle.WakeAsync(quiet, Cancellation);
        Look(watch, burning, quiet);
        int rest = all - new YieldOptions().FreeProcessors;
        Assert.Equal(rest, ProcessorsOf(host, burning));
        Assert.Equal(all, ProcessorsOf(host, quiet));
        // Who connects now is kept off it too.
        await host.QueryAsync(burning, "SELECT 1");
        Assert.Equal(rest, ProcessorsOf(host, burning));

        await host.Lifecycle.SleepAsync(quiet, InstanceState.Frozen, Cancellation);
        Look(watch, burning, quiet);
        Assert.Equal(all, ProcessorsOf(host, burning));

        await EndAsync(host, burning, query, lease);
    }

    [Fact]
    public async Task It_does_so_without_control_groups_too()
    {
        await using TestHost host = await TestHost.StartAsync(path => Options(path, ResourceChoice.Signals));
        int all = Environment.ProcessorCount;
        Assert.SkipUnless(all > 1, "There is but one processor.");
        Assert.Equal((false, true), (host.Lifecycle.Resources.ProcessorYields, host.Lifecycle.Resources.FreeProcessors > 0));
        (DatabaseId burning, DatabaseId quiet) = await TwoAsync(host);
        await host.Lifecycle.WakeAsync(quiet, Cancellation);
        using YieldWatch watch = Watch(host, burning, quiet);
        (Task query, IInstanceLease lease) = await BurnAsync(host, burning);

        await Eventually.EqualAsync(
            (all - new YieldOptions().FreeProcessors, all),
            () =>
            {
                watch.Look();
                return (ProcessorsOf(host, burning), ProcessorsOf(host, quiet));
            }
        );
        await EndAsync(host, burning, query, lease);
        await Eventually.EqualAsync(
            all,
            () =>
            {
                watch.Look();
                return ProcessorsOf(host, burning);
            }
        );
    }

    [Fact]
    public async Task Whose_queries_take_much_of_the_front_door_has_them_wait_for_each_other_while_somebody_else_is_in_use()
    {
        await using TestHost host = await StartAsync();
        (DatabaseId flooding, DatabaseId quiet) = await TwoAsync(host);
        await host.Lifecycle.WakeAsync(flooding, Cancellation);
        using YieldWatch watch = Watch(host, flooding, quiet);
        int turns = Environment.ProcessorCount - new FreeProcessors(new YieldOptions().FreeProcessors).Count;

        // Its server takes little, and nobody else is awake.
        await host.Lifecycle.SleepAsync(quiet, InstanceState.Frozen, Cancellation);
        await FloodAsync(flooding, watch);
        Assert.Equal((1, 0, 0), (watch.Count, loads.Of(flooding).TurnsMax, loads.Of(quiet).TurnsMax));

        await host.Lifecycle.WakeAsync(quiet, Cancellation);
        await FloodAsync(flooding, watch);
        Assert.Equal((1, turns, 0), (watch.Count, loads.Of(flooding).TurnsMax, loads.Of(quiet).TurnsMax));
        // Its server goes after the other's too, although it takes little by itself.
        Assert.Equal((1L, 0L, 1), Look(watch, flooding, quiet));

        await Eventually.EqualAsync(
            (0, 0),
            () =>
            {
                watch.Look();
                return (watch.Count, loads.Of(flooding).TurnsMax);
            }
        );
    }

    [Fact]
    public async Task Who_is_deleted_while_it_goes_out_of_the_way_leaves_no_word_to_whoever_has_its_name_later()
    {
        await using TestHost host = await StartAsync();
        (DatabaseId flooding, DatabaseId quiet) = await TwoAsync(host);
        List<DatabaseId> there = [flooding, quiet];
        using YieldWatch watch = Watch(host, there);
        await host.Lifecycle.WakeAsync(flooding, Cancellation);
        await host.Lifecycle.WakeAsync(quiet, Cancellation);
        await FloodAsync(flooding, watch);
        Assert.NotEqual(0, loads.Of(flooding).TurnsMax);

        await host.Lifecycle.DeleteAsync(flooding, Cancellation);
        there.Remove(flooding);
        watch.Look();

        Assert.Equal((0, 0), (watch.Count, loads.Of(flooding).TurnsMax));
    }

    [Fact]
    public async Task A_large_one_may_take_four_times_what_a_small_one_may()
    {
        await using TestHost host = await StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.ResizeAsync(id, new ClassRange(InstanceClass.Large, InstanceClass.Large), null, Cancellation);
        using YieldWatch watch = Watch(host, id);
        // One session takes one processor, and two are much.
        (Task query, IInstanceLease lease) = await BurnAsync(host, id);

        for (int look = 0; look < 5; look++)
        {
            Assert.Equal((0L, 0L, 0), Look(watch, id, id));
            await Task.Delay(new YieldOptions().LookPeriod, TimeProvider.System, Cancellation);
        }

        await EndAsync(host, id, query, lease);
    }

    [Fact]
    public async Task Where_the_host_has_processors_to_spare_nobody_yields()
    {
        await using TestHost host = await StartAsync();
        DatabaseId burning = await host.CreateAsync();
        using YieldWatch watch = Watch(host, burning);
        (Task query, IInstanceLease lease) = await BurnAsync(host, burning);

        busy = 0.4;
        for (int look = 0; look < 5; look++)
        {
            Assert.Equal((0L, 0L, 0), Look(watch, burning, burning));
            await Task.Delay(new YieldOptions().LookPeriod / 2, TimeProvider.System, Cancellation);
        }
        busy = 0.6;
        await Eventually.EqualAsync((1L, 1L, 1), () => Look(watch, burning, burning));
        // With a free processor of two it is no more than half busy.
        busy = 0.4;
        Assert.Equal((1L, 1L, 1), Look(watch, burning, burning));
        busy = 0.2;
        await Eventually.EqualAsync((0L, 0L, 0), () => Look(watch, burning, burning));

        await EndAsync(host, burning, query, lease);
    }

    [Fact]
    public async Task Who_slept_or_was_started_anew_goes_among_the_others()
    {
        await using TestHost host = await StartAsync();
        DatabaseId id = await host.CreateAsync();
        using YieldWatch watch = Watch(host, id);
        (Task query, IInstanceLease lease) = await BurnAsync(host, id);
        await Eventually.EqualAsync((1L, 1L, 1), () => Look(watch, id, id));
        await EndAsync(host, id, query, lease);

        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
        Assert.Equal((0L, 0L, 0), Look(watch, id, id));

        await host.Lifecycle.WakeAsync(id, Cancellation);
        host.Lifecycle.Existing(id).Yield(YieldLevel.Processors);
        await using TestHost next = await host.SucceedAsync();
        Assert.Equal(0, GroupFile.Read(id, "cpu.idle"));
        Assert.Equal(Environment.ProcessorCount, ProcessorsOf(next, id));
    }

    /// <summary>On how many processors its server may run; all its processes must agree.</summary>
    private static int ProcessorsOf(TestHost host, DatabaseId id)
    {
        int postmaster = host.Lifecycle.Existing(id).ReadProcessorTime()!.Value.Pid;
        return Assert.Single(ProcessTable.Tree(postmaster).Select(pid => ProcessorSet.Of(pid)?.Count).OfType<int>().Distinct());
    }

    private static long? WeightOf(DatabaseId id) => GroupFile.Read(id, "cpu.weight", "cpu.shares");

    private static InstancesOptions Options(string path, ResourceChoice resources) =>
        new()
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            Resources = resources,
            Yielding = new YieldOptions { LookPeriod = TimeSpan.FromHours(1) },
        };

    private static async Task<TestHost> StartAsync()
    {
        TestHost host = await TestHost.StartAsync(path => Options(path, ResourceChoice.Automatic));
        if (!host.Lifecycle.Resources.ProcessorYields)
        {
            await host.DisposeAsync();
            Assert.Skip("No control group here can be told to let others go first.");
        }
        return host;
    }

    /// <summary>Two looks, between which all that the platform did was for this one.</summary>
    private async Task FloodAsync(DatabaseId id, YieldWatch watch)
    {
        watch.Look();
        long began = TimeProvider.System.GetTimestamp();
        await Task.Delay(new YieldOptions().LookPeriod, TimeProvider.System, Cancellation);
        TimeSpan passed = TimeProvider.System.GetElapsedTime(began);
        platform += passed;
        for (int i = 0; i < passed.TotalMilliseconds * 10; i++)
        {
            loads.Of(id).CountQuery();
        }
        watch.Look();
    }

    private static async Task<(DatabaseId First, DatabaseId Second)> TwoAsync(TestHost host) =>
        (await host.CreateAsync(), await host.CreateAsync());

    private YieldWatch Watch(TestHost host, params IReadOnlyList<DatabaseId> ids) =>
        new(
            () => ids.Select(host.Lifecycle.Existing),
            new YieldOptions(),
            () => busy,
            new FrontDoorShare(loads, () => platform),
            loads,
            new FreeProcessors(new YieldOptions().FreeProcessors),
            TimeProvider.System
        );

    private static (long? Burning, long? Quiet, int Count) Look(YieldWatch watch, DatabaseId burning, DatabaseId quiet)
    {
        watch.Look();
        return (GroupFile.Read(burning, "cpu.idle"), GroupFile.Read(quiet, "cpu.idle"), watch.Count);
    }

    private static async Task<(Task Query, IInstanceLease Lease)> BurnAsync(TestHost host, DatabaseId id)
    {
        IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        ServerConnection connection = await TestHost.ConnectAsync(lease.Endpoint);
        return (Task.Run(() => TestHost.ScalarAsync(connection, Burning), Cancellation), lease);
    }

    private static async Task EndAsync(TestHost host, DatabaseId id, Task query, IInstanceLease lease)
    {
        await host.QueryAsync(
            id,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%generate_series%' AND pid <> pg_backend_pid()"
        );
        await Assert.ThrowsAnyAsync<Exception>(() => query);
        lease.Dispose();
    }
}
