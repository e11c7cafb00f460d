using Dormouse.Control.Edges;
using Dormouse.Control.Store;
using Dormouse.Testing;
using Npgsql;

namespace Dormouse.Control.Tests.Edges;

/// <summary>An edge that keeps its answers on disk, ends, and comes back: with what was not made void in between, and nothing else.</summary>
public sealed class DiskRestartTests
{
    // Both answers that the tests ask for, and not one alone.
    private const long BothBytes = 340;

    private static async Task StartsOverAfterAsync(Func<EdgeFleet, Task> whileAway)
    {
        using var data = new TestDataFolder();
        await using EdgeFleet fleet = await StartAsync(data);

        await fleet.Edges[0].RestartAsync(Disk(data), killed: true, () => whileAway(fleet));

        Assert.Equal(1, (await ForwardingTests.KeptAsync(fleet, 1)).Version);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_invalidated_while_an_edge_was_away_is_gone_and_what_was_not_is_there(bool killed)
    {
        using var data = new TestDataFolder();
        await using EdgeFleet fleet = await StartAsync(data);
        EdgeUnderTest edge = fleet.Edges[0];

        await edge.RestartAsync(
            Disk(data),
            killed,
            async () =>
            {
                (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
                (await fleet.Direct.WriteAsync(2, 1)).Succeeded();
                (await fleet.Direct.InvalidateAsync(1)).Succeeded();
            }
        );

        Assert.Equal(1, (await ForwardingTests.KeptAsync(fleet, 1)).Version);
        // Older than the database, and fetched by nobody since: from disk.
        Assert.Equal(0, (await ForwardingTests.KeptAsync(fleet, 2)).Version);
    }

    [Fact]
    public async Task What_an_edge_had_invalidated_itself_stays_so_when_it_is_killed()
    {
        using var data = new TestDataFolder();
        await using EdgeFleet fleet = await StartAsync(data);
        (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
        (await fleet.Edges[0].Client.InvalidateAsync(1)).Succeeded();

        await fleet.Edges[0].RestartAsync(Disk(data), killed: true, () => Task.CompletedTask);

        Assert.Equal(1, (await ForwardingTests.KeptAsync(fleet, 1)).Version);
        Assert.Equal(0, (await ForwardingTests.KeptAsync(fleet, 2)).Version);
    }

    [Fact]
    public async Task A_key_that_was_revoked_while_an_edge_was_away_opens_nothing_there()
    {
        using var data = new TestDataFolder();
        await using EdgeFleet fleet = await StartAsync(data);

        await fleet
            .Edges[0]
            .RestartAsync(Disk(data), killed: true, () => fleet.Connections.DeleteAsync(fleet.Shop.First.Connection.Id, Cancelled));

        Assert.Equal(401, (await fleet.Edges[0].Client.ReadAsync(2)).Status);
    }

    [Fact]
    public Task An_edge_whose_log_was_put_back_from_a_copy_starts_over() =>
        StartsOverAfterAsync(async fleet =>
        {
            (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
            await ExecuteAsync(fleet, "update dormouse.log set mark = gen_random_uuid()::text");
            await ExecuteAsync(fleet, "update dormouse.log_head set mark = gen_random_uuid()::text");
        });

    [Fact]
    public Task An_edge_that_was_away_for_longer_than_the_log_reaches_starts_over() =>
        StartsOverAfterAsync(async fleet =>
        {
            (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
            (await fleet.Direct.InvalidateAsync(1)).Succeeded();
            (await fleet.Direct.InvalidateAsync(8)).Succeeded();
            await ExecuteAsync(fleet, "delete from dormouse.log where revision < (select max(revision) from dormouse.log)");
        });

    [Fact]
    public async Task An_edge_with_another_token_begins_with_nothing()
    {
        using var data = new TestDataFolder();
        await using EdgeFleet fleet = await StartAsync(data);

        // Between its removal and its return nobody wrote down for it what was made void.
        await fleet.Registry.RemoveAsync("edge-0", Cancelled);
        (await fleet.Direct.WriteAsync(1, 1)).Succeeded();
        (await fleet.Direct.InvalidateAsync(1)).Succeeded();
        string? token = (await fleet.Registry.AddAsync("edge-0", Cancelled)).Token;
        await fleet.Edges[0].RestartAsync(Disk(data), killed: true, () => Task.CompletedTask, token);

        Assert.Equal(1, (await ForwardingTests.KeptAsync(fleet, 1)).Version);
    }

    private static async Task<EdgeFleet> StartAsync(TestDataFolder data)
    {
        EdgeFleet fleet = await EdgeFleet.StartAsync(1, disk: Disk(data));
        await ForwardingTests.KeptAsync(fleet, 1);
        await ForwardingTests.KeptAsync(fleet, 2);
        await Eventually.TrueAsync(() =>
            Directory.EnumerateFiles(Disk(data), "*.answers", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length)
            >= BothBytes
        );
        return fleet;
    }

    private static string Disk(TestDataFolder data) => data.Combine("answers");

    private static Task<int> ExecuteAsync(EdgeFleet fleet, string sql) =>
        fleet
            .Service<ControlStore>()
            .RunAsync(
                async (connection, token) =>
                {
                    await using var command = new NpgsqlCommand(sql, connection);
                    return await command.ExecuteNonQueryAsync(token);
                },
                Cancelled
            );
}
