using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Lifecycle;

/// <summary>
/// Without swap the kernel takes back cached pages alone; the way there and back is the same. How much leaves with swap is the business of
/// <c>bench density</c>.
/// </summary>
public sealed class ReclaimTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reclaimed_database_wakes_with_its_sessions_and_rows(bool bySignals)
    {
        await using TestHost host = await TestHost.StartAsync(bySignals ? TestHost.BySignals : TestHost.Awake);
        Assert.SkipWhen(host.Lifecycle.Resources.Reclaimer is null, "This host offers no way to reclaim.");
        DatabaseId id = await host.CreateAsync();
        ServerConnection session;
        using (IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation))
        {
            session = await TestHost.ConnectAsync(lease.Endpoint);
            await session.ExecuteSimpleAsync("CREATE TEMP TABLE mine AS SELECT 8 AS n", Cancellation);
        }
        int pid = host.Lifecycle.Find(id)!.PostmasterPid!.Value;
        for (var i = 0; i < 3; i++)
        {
            await host.Lifecycle.Existing(id).ReclaimAsync(TimeSpan.Zero);
            Assert.Equal(InstanceState.Reclaimed, host.Lifecycle.Find(id)!.State);
            await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
            Assert.Equal(InstanceState.Reclaimed, host.Lifecycle.Find(id)!.State);

            using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
            Assert.Equal("8", await TestHost.ScalarAsync(session, "SELECT n FROM mine"));
            Assert.Equal(pid, host.Lifecycle.Find(id)!.PostmasterPid);
        }
        await session.DisposeAsync();
    }

    [Fact]
    public async Task A_wake_while_memory_leaves_is_not_held_up_and_ends_the_reclaim()
    {
        await using TestHost host = await TestHost.StartAsync();
        Assert.SkipWhen(host.Lifecycle.Resources.Reclaimer is null, "This host offers no way to reclaim.");
        DatabaseId[] ids = [await host.CreateAsync(), await host.CreateAsync(), await host.CreateAsync()];

        // One at a time is reclaimed, so the last ones wait for their turn when they are woken.
        Task[] reclaims = [.. ids.Select(id => host.Lifecycle.Existing(id).ReclaimAsync(TimeSpan.Zero))];
        await Eventually.TrueAsync(() =>
            ids.All(id => host.Lifecycle.Existing(id).Phase is InstancePhase.Reclaiming or InstancePhase.Reclaimed)
        );
        string?[] answers = await Task.WhenAll(ids.Select(id => host.QueryAsync(id, "SELECT 1")));
        await Task.WhenAll(reclaims);

        Assert.All(answers, answer => Assert.Equal("1", answer));
        Assert.All(ids, id => Assert.NotEqual(InstancePhase.Reclaiming, host.Lifecycle.Existing(id).Phase));
        foreach (DatabaseId id in ids)
        {
            Assert.Equal("1", await host.QueryAsync(id, "SELECT 1"));
            Assert.Equal(InstanceState.Running, host.Lifecycle.Find(id)!.State);
        }
    }

    [Theory]
    [InlineData(InstanceState.Stopped)]
    [InlineData(null)]
    public async Task From_reclaimed_it_can_be_stopped_and_found_by_the_next_platform(InstanceState? then)
    {
        await using TestHost host = await TestHost.StartAsync();
        Assert.SkipWhen(host.Lifecycle.Resources.Reclaimer is null, "This host offers no way to reclaim.");
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT 7 AS n");
        await host.Lifecycle.Existing(id).ReclaimAsync(TimeSpan.Zero);
        if (then is { } state)
        {
            await host.Lifecycle.SleepAsync(id, state, Cancellation);
        }

        await using TestHost next = await host.SucceedAsync();

        // Whether memory is in swap cannot be seen from outside; to be frozen is the safe half of it.
        Assert.Equal(then ?? InstanceState.Frozen, next.Lifecycle.Find(id)!.State);
        Assert.Equal("7", await next.QueryAsync(id, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task Without_swap_nobody_can_ask_for_it()
    {
        Assert.SkipWhen(HostMemory.Read().SwapTotalBytes > 0, "This host has swap.");
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();

        var refused = await Assert.ThrowsAsync<DormouseException>(() =>
            host.Lifecycle.SleepAsync(id, InstanceState.Reclaimed, Cancellation)
        );

        Assert.Equal("DM3415", refused.Code);
        Assert.Equal(InstanceState.Running, host.Lifecycle.Find(id)!.State);
    }
}
