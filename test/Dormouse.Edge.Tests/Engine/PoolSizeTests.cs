using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Postgres;

namespace Dormouse.Edge.Tests.Engine;

public sealed class PoolSizeTests
{
    [Theory]
    [InlineData(1, 20, 2)]
    [InlineData(2, 20, 4)]
    [InlineData(4, 20, 8)]
    [InlineData(4, 5, 5)]
    public async Task A_larger_instance_has_as_many_times_the_connections_within_what_it_takes(int scale, int most, int expected)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Engine.ConnectionsPerInstance = 2);
        var pools = edge.Service<ServerPools>();
        InstanceEndpoint endpoint = edge.Instances.EndpointOf(edge.Id) with { Scale = scale, MaxConnections = most };
        Assert.Equal(2, pools.ConnectionsOf(edge.Id));

        ServerPool pool = pools.For(endpoint);

        Assert.Equal(expected, pools.ConnectionsOf(edge.Id));
        var rented = new List<PooledConnection>();
        for (int i = 0; i < expected; i++)
        {
            rented.Add(await pool.RentAsync(TestContext.Current.CancellationToken));
        }
        Task<PooledConnection> beyond = pool.RentAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(new PoolCounts(expected, expected, 0, 1), pool.Counts);
        foreach (PooledConnection connection in rented)
        {
            await connection.DisposeAsync();
        }
        await (await beyond).DisposeAsync();
    }
}
