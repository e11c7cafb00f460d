using Dormouse.Contracts;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Sleep;

public sealed class IdleWatcherTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Idle_databases_freeze_and_later_stop_and_those_in_use_and_pinned_do_not()
    {
        var pinned = DatabaseId.New();
        await using TestHost host = await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromMilliseconds(200),
            StopAfter = TimeSpan.FromMilliseconds(1500),
            Pinned = new HashSet<DatabaseId> { pinned },
        });
        await host.Lifecycle.CreateAsync(pinned, Cancellation);
        await host.Lifecycle.CreateAsync(DatabaseId.System, Cancellation);
        DatabaseId used = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(used, Cancellation);
        DatabaseId idle = await host.CreateAsync();

        await Eventually.TrueAsync(() => host.Lifecycle.Find(idle)!.State == InstanceState.Frozen);
        await Eventually.TrueAsync(() => host.Lifecycle.Find(idle)!.State == InstanceState.Stopped);

        Assert.All(
            (DatabaseId[])[pinned, DatabaseId.System, used],
            id => Assert.Equal(InstanceState.Running, host.Lifecycle.Find(id)!.State)
        );
        Assert.Equal("1", await host.QueryAsync(idle, "SELECT 1"));
    }
}
