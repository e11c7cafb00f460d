using Dormouse.Contracts;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sizes;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Instances.Tests.Resources;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Sizes;

/// <summary>Real instances that get another class.</summary>
public sealed class ResizeTests
{
    private static readonly ClassRange Large = new(InstanceClass.Large, InstanceClass.Large);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_and_buffers_come_with_the_next_cold_start_and_no_session_is_lost_for_them()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await session.ExecuteSimpleAsync("CREATE TEMP TABLE mine AS SELECT 42 AS n", Cancellation);

        await host.Lifecycle.ResizeAsync(id, Large, null, Cancellation);

        Assert.Equal("42", await TestHost.ScalarAsync(session, "SELECT n FROM mine"));
        Assert.Equal("30", await TestHost.ScalarAsync(session, "SHOW max_connections"));
        InstanceSize size = host.Lifecycle.Find(id)!.Size;
        Assert.Equal(new InstanceSize(InstanceClass.Large, InstanceClass.Large, InstanceClass.Large, InstanceClass.Small), size);
        Assert.Equal(1, lease.Endpoint.Scale);
        await session.DisposeAsync();
        lease.Dispose();
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);

        Assert.Equal("120", await host.QueryAsync(id, "SHOW max_connections"));
        Assert.Equal("128MB", await host.QueryAsync(id, "SHOW shared_buffers"));
        Assert.Equal("16MB", await host.QueryAsync(id, "SHOW work_mem"));
        Assert.False(host.Lifecycle.Find(id)!.Size.IsPending);
        using IInstanceLease next = await host.Lifecycle.LeaseAsync(id, Cancellation);
        Assert.Equal(4, next.Endpoint.Scale);
        Assert.Equal(114, next.Endpoint.MaxConnections);
        Assert.Contains(host.Lifecycle.Find(id)!.History, change => change is { Class: InstanceClass.Large, Reason: "asked for" });
    }

    [Fact]
    public async Task One_that_is_created_medium_starts_so()
    {
        await using TestHost host = await TestHost.StartAsync();
        var id = DatabaseId.New();

        await host.Lifecycle.CreateAsync(id, new ClassRange(InstanceClass.Medium, InstanceClass.Large), Cancellation);

        Assert.Equal("60", await host.QueryAsync(id, "SHOW max_connections"));
        await using TestHost second = await host.SucceedAsync();
        Assert.Equal(
            new InstanceSize(InstanceClass.Medium, InstanceClass.Large, InstanceClass.Medium, InstanceClass.Medium),
            second.Lifecycle.Find(id)!.Size
        );
        Assert.Equal("60", await second.QueryAsync(id, "SHOW max_connections"));
    }

    [Fact]
    public async Task The_next_platform_knows_what_the_processes_were_started_with_and_what_they_are_to_be()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        int? pid = first.Lifecycle.Find(id)!.PostmasterPid;
        await first.Lifecycle.ResizeAsync(id, Large, null, Cancellation);

        await using TestHost second = await first.SucceedAsync();

        InstanceStatus adopted = second.Lifecycle.Find(id)!;
        Assert.Equal(pid, adopted.PostmasterPid);
        Assert.Equal(new InstanceSize(InstanceClass.Large, InstanceClass.Large, InstanceClass.Large, InstanceClass.Small), adopted.Size);
        using (IInstanceLease lease = await second.Lifecycle.LeaseAsync(id, Cancellation))
        {
            Assert.Equal((1, 24), (lease.Endpoint.Scale, lease.Endpoint.MaxConnections));
        }
        await second.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal("120", await second.QueryAsync(id, "SHOW max_connections"));
    }

    [Fact]
    public async Task Whose_settings_wait_stops_in_the_place_of_its_freeze()
    {
        await using TestHost host = await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromMilliseconds(500),
            StopAfter = TimeSpan.FromHours(1),
        });
        DatabaseId id = await host.CreateAsync();

        await host.Lifecycle.ResizeAsync(id, Large, null, Cancellation);

        await Eventually.TrueAsync(() => host.Lifecycle.Find(id)!.State == InstanceState.Stopped);
        Assert.Equal("120", await host.QueryAsync(id, "SHOW max_connections"));
        // And freezes again, as others do.
        await Eventually.TrueAsync(() => host.Lifecycle.Find(id)!.State == InstanceState.Frozen);
    }

    [Theory]
    [InlineData(InstanceState.Frozen)]
    [InlineData(InstanceState.Stopped)]
    public async Task One_that_sleeps_is_resized_and_not_woken_for_it(InstanceState state)
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(id, state, Cancellation);

        await host.Lifecycle.ResizeAsync(id, Large, null, Cancellation);

        Assert.Equal(state, host.Lifecycle.Find(id)!.State);
        Assert.Equal(InstanceClass.Large, host.Lifecycle.Find(id)!.Size.Now);
        string expected = state == InstanceState.Frozen ? "30" : "120";
        Assert.Equal(expected, await host.QueryAsync(id, "SHOW max_connections"));
    }

    [Fact]
    public async Task What_grows_has_its_memory_and_its_share_at_once_and_what_shrinks_gives_back_memory_when_it_starts_anew()
    {
        await using TestHost host = await TestHost.StartAsync();
        ResourceReport report = host.Lifecycle.Resources;
        Assert.SkipUnless(report.MemoryLimited, "No control group here bounds memory.");
        DatabaseId id = await host.CreateAsync();
        long small = host.Options.MemoryMaxBytes;
        Assert.Equal((small, Weight(1, report)), (MemoryOf(id), WeightOf(id)));
        // All together weigh more than one group, which in version 1 would be one thread of the platform.
        Assert.Equal(
            Weight(IsWeighedByShares ? 4 * Environment.ProcessorCount : 4, report),
            GroupFile.Read(id, "../cpu.weight", "../cpu.shares")
        );

        await host.Lifecycle.ResizeAsync(id, Large, null, Cancellation);
        Assert.Equal((4 * small, Weight(4, report)), (MemoryOf(id), WeightOf(id)));

        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await host.Lifecycle.WakeAsync(id, Cancellation);
        await host.Lifecycle.ResizeAsync(id, ClassRange.Smallest, null, Cancellation);
        Assert.Equal((4 * small, Weight(1, report)), (MemoryOf(id), WeightOf(id)));

        await using TestHost next = await host.SucceedAsync();
        Assert.Equal((4 * small, Weight(1, report)), (MemoryOf(id), WeightOf(id)));
        await next.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await next.Lifecycle.WakeAsync(id, Cancellation);
        Assert.Equal((small, Weight(1, report)), (MemoryOf(id), WeightOf(id)));
    }

    [Fact]
    public async Task A_record_of_an_earlier_version_is_of_a_small_one()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        string path = first.PathOf(id, "instance.json");
        string text = await File.ReadAllTextAsync(path, Cancellation);
        int size = text.IndexOf(",\n  \"size\"", StringComparison.Ordinal);
        // As it was written before there were classes.
        await File.WriteAllTextAsync(path, size < 0 ? text : text[..size] + "\n}", Cancellation);

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(InstanceSize.Smallest, second.Lifecycle.Find(id)!.Size);
    }

    private static long MemoryOf(DatabaseId id) => GroupFile.Read(id, "memory.max", "memory.limit_in_bytes") ?? 0;

    private static long? WeightOf(DatabaseId id) => GroupFile.Read(id, "cpu.weight", "cpu.shares");

    private static bool IsWeighedByShares => CgroupMount.All().Any(mount => !mount.Unified && mount.Controllers.Contains("cpu"));

    private static long? Weight(int scale, ResourceReport report) =>
        !report.ProcessorWeighted ? null
        : IsWeighedByShares ? 1024 * scale
        : 100 * scale;
}
