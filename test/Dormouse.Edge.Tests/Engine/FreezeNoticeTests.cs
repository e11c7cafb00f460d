using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Engine;

public sealed class FreezeNoticeTests
{
    private const string Sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Before_a_freeze_idle_server_connections_end_but_for_those_that_are_kept(int kept)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Engine.ConnectionsKeptFrozen = kept);
        var pools = edge.Service<ServerPools>();
        await OpenAsync(edge, 4);

        await edge.Instances.EndpointOf(edge.Id).Freezing.TellAsync();

        // The server had ended them when the notice was over: nothing is waited for here.
        Assert.Equal(kept.ToString(System.Globalization.CultureInfo.InvariantCulture), await edge.AskAsync(Sessions));
        Assert.Equal(new PoolCounts(kept, 0, kept, 0), pools.Counts);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
    }

    [Fact]
    public async Task A_sleeping_database_costs_the_edge_no_timer()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(null, clock);
        int timers = clock.PendingTimers;
        await OpenAsync(edge, 3);

        await edge.Instances.EndpointOf(edge.Id).Freezing.TellAsync();

        await Eventually.EqualAsync(timers, () => clock.PendingTimers);
    }

    [Fact]
    public async Task A_tenants_idle_session_timeout_ends_no_pooled_connection()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        await edge.AskAsync($"ALTER DATABASE \"{edge.Database.Database}\" SET idle_session_timeout = '1h'");

        Reply shown = await edge.QueryAsync(Plans.RawQuery("SELECT current_setting('idle_session_timeout') AS t"));

        Assert.Equal("0", shown.Json.GetProperty("data").GetProperty("rows")[0][0].GetString());
        Assert.Equal("1h", await edge.AskAsync("SELECT current_setting('idle_session_timeout')"));
    }

    private static async Task OpenAsync(EdgeHost edge, int connections)
    {
        var pools = edge.Service<ServerPools>();
        ServerPool pool = pools.For(edge.Instances.EndpointOf(edge.Id));
        var rented = new List<PooledConnection>();
        for (var i = 0; i < connections; i++)
        {
            rented.Add(await pool.RentAsync(TestContext.Current.CancellationToken));
        }
        foreach (PooledConnection connection in rented)
        {
            await connection.DisposeAsync();
        }
    }
}
