using Dormouse.Contracts;
using Dormouse.Control.Edges;
using Dormouse.Control.Store;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Edges;

/// <summary>What an acknowledgement means with edges that have leases, and with ones that are cut off.</summary>
public sealed class InvalidationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public async Task An_invalidation_at_one_edge_is_done_at_the_other_when_it_is_acknowledged(int? tag)
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(2);
        await ForwardingTests.KeptAsync(fleet, 1, 0);
        await ForwardingTests.KeptAsync(fleet, 1, 1);

        (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
        (await fleet.Edges[0].Client.InvalidateAsync(tag)).Succeeded();

        Assert.Equal((1, 1), ((await fleet.Edges[0].Client.ReadAsync(1)).Version, (await fleet.Edges[1].Client.ReadAsync(1)).Version));
    }

    [Fact]
    public async Task A_key_that_was_revoked_opens_nothing_at_any_edge_when_that_is_acknowledged()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(2);
        await ForwardingTests.KeptAsync(fleet, 1, 0);
        await ForwardingTests.KeptAsync(fleet, 1, 1);

        await fleet.Connections.DeleteAsync(fleet.Shop.First.Connection.Id, Cancelled);

        Assert.Equal((401, 401), ((await fleet.Edges[0].Client.ReadAsync(1)).Status, (await fleet.Edges[1].Client.ReadAsync(1)).Status));
    }

    [Fact]
    public async Task A_database_that_was_deleted_is_gone_at_the_edges_too()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        await ForwardingTests.KeptAsync(fleet, 1);

        await fleet.Databases.DeleteAsync(fleet.Shop.Database.Id, Cancelled);

        Assert.Equal(401, (await fleet.Edges[0].Client.ReadAsync(1)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_edge_that_is_cut_off_is_waited_for_no_longer_than_its_lease_and_gives_no_old_answer(bool silently)
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(2, origin => origin.ConnectTimeout = TimeSpan.FromSeconds(1));
        EdgeUnderTest lost = fleet.Edges[1];
        await ForwardingTests.KeptAsync(fleet, 1, 0);
        await ForwardingTests.KeptAsync(fleet, 1, 1);

        (silently ? (Action)lost.Wire.Clog : lost.Wire.Cut)();
        (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
        (await fleet.Edges[0].Client.InvalidateAsync(1)).Succeeded();

        // Acknowledged: from here on the old answer is nowhere.
        Assert.Equal(1, (await fleet.Edges[0].Client.ReadAsync(1)).Version);
        if (!silently)
        {
            EdgeReply cutOff = await lost.Client.ReadAsync(1);
            Assert.Equal((503, "1"), (cutOff.Status, cutOff.Headers.GetValueOrDefault("Retry-After")));
            Assert.Contains("\"P6008\"", cutOff.Body, StringComparison.Ordinal);
        }

        lost.Wire.Mend();
        Assert.Equal(1, (await ForwardingTests.KeptAsync(fleet, 1, 1)).Version);
    }

    [Fact]
    public async Task An_origin_that_was_started_anew_goes_on_from_the_last_revision_and_edges_keep_what_they_have()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(2);
        await ForwardingTests.KeptAsync(fleet, 1, 0);
        await ForwardingTests.KeptAsync(fleet, 2, 0);
        (await fleet.Direct.InvalidateAsync(8)).Succeeded();
        long before = fleet.Leases.Head;

        await fleet.RestartOriginAsync();
        (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
        (await fleet.Direct.InvalidateAsync(1)).Succeeded();

        Assert.Equal(before + 1, fleet.Leases.Head);
        Assert.Equal(1, (await fleet.Edges[0].Client.ReadAsync(1)).Version);
        // What was not void is still there: an answer that was fetched anew would be the newer one.
        (await fleet.Direct.WriteAsync(2, 5)).Succeeded();
        Assert.Equal(0, (await ForwardingTests.KeptAsync(fleet, 2)).Version);
    }

    [Fact]
    public async Task An_edge_that_is_further_behind_than_the_log_reaches_starts_over()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        EdgeUnderTest edge = fleet.Edges[0];
        await ForwardingTests.KeptAsync(fleet, 1);

        edge.Wire.Cut();
        (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
        (await fleet.Direct.InvalidateAsync(1)).Succeeded();
        (await fleet.Direct.InvalidateAsync(8)).Succeeded();
        await fleet
            .Service<ControlStore>()
            .RunAsync(
                async (connection, token) =>
                {
                    await using var trim = new Npgsql.NpgsqlCommand(
                        "delete from dormouse.log where revision < (select max(revision) from dormouse.log)",
                        connection
                    );
                    await trim.ExecuteNonQueryAsync(token);
                },
                Cancelled
            );
        edge.Wire.Mend();

        Assert.Equal(1, (await ForwardingTests.KeptAsync(fleet, 1)).Version);
    }

    [Fact]
    public async Task An_edge_that_was_removed_serves_nothing_when_that_is_acknowledged()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(2);
        await ForwardingTests.KeptAsync(fleet, 1, 0);
        await ForwardingTests.KeptAsync(fleet, 1, 1);

        await fleet.Registry.RemoveAsync("edge-1", Cancelled);

        EdgeReply reply = await fleet.Edges[1].Client.ReadAsync(1);
        Assert.Equal(503, reply.Status);
        Assert.Contains("does not know the edge", reply.Body, StringComparison.Ordinal);
        await ForwardingTests.KeptAsync(fleet, 1, 0);
    }
}
