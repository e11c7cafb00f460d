using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Lifecycle;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Lifecycle;

public sealed class InstanceHistoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_history_tells_each_state_and_why_it_came_into_it()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
        await host.Lifecycle.WakeAsync(id, Cancellation);
        await host.Lifecycle.Existing(id).FreezeAsync(TimeSpan.Zero, "idle for 5 s");
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await host.Lifecycle.WakeAsync(id, Cancellation);
        _ = Libc.Kill(host.Lifecycle.Find(id)!.PostmasterPid!.Value, Libc.SigKill);
        await Eventually.TrueAsync(() => host.Lifecycle.Find(id)!.State == InstanceState.Stopped);

        Assert.Equal(
            [
                (InstanceState.Stopped, "created"),
                (InstanceState.Running, "woken"),
                (InstanceState.Frozen, "asked for"),
                (InstanceState.Running, "woken"),
                (InstanceState.Frozen, "idle for 5 s"),
                (InstanceState.Stopped, "asked for"),
                (InstanceState.Running, "woken"),
                (InstanceState.Stopped, "PostgreSQL ended by itself"),
            ],
            host.Lifecycle.Find(id)!.History.Select(change => (change.State, change.Reason))
        );
    }

    [Fact]
    public async Task The_next_platform_begins_a_new_history_with_what_it_found()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();

        await using TestHost second = await first.SucceedAsync();

        InstanceChange only = Assert.Single(second.Lifecycle.Find(id)!.History);
        Assert.Equal((InstanceState.Running, "found when the platform started"), (only.State, only.Reason));
    }

    [Fact]
    public void Only_the_last_changes_are_kept_and_what_is_no_change_is_none()
    {
        var history = new InstanceHistory();
        for (var i = 0; i < 40; i++)
        {
            InstanceState state = i % 2 == 0 ? InstanceState.Running : InstanceState.Frozen;
            Assert.True(history.Add(DateTimeOffset.UnixEpoch.AddSeconds(i), state, "woken"));
            Assert.False(history.Add(DateTimeOffset.UnixEpoch.AddSeconds(i), state, "again"));
        }

        Assert.Equal(Enumerable.Range(24, 16), history.Entries.Select(change => (int)change.At.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task All_processes_of_an_instance_are_ended_by_the_kernel_before_the_platform_is()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using Dormouse.Postgres.ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);

        int postmaster = host.Lifecycle.Find(id)!.PostmasterPid!.Value;
        Assert.True(ProcessTable.Tree(postmaster).Count > 1);
        Assert.Equal(OomScore.OfInstances, OomScore.Of(postmaster));
        // One that was being born while the others were raised is found within a second.
        await Eventually.TrueAsync(() => ProcessTable.Tree(postmaster).All(pid => OomScore.Of(pid) is null or >= OomScore.OfInstances));
    }
}
