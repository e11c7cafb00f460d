using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

public sealed class ServerPoolTests(SharedPostgres postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_warmest_idle_connection_is_rented_again_at_once()
    {
        await using ServerPool pool = Pool(3);
        PooledConnection first = await pool.RentAsync(Token);
        PooledConnection second = await pool.RentAsync(Token);
        int last = second.Connection.ServerProcessId;
        Assert.Equal(new PoolCounts(2, 2, 0, 0), pool.Counts);
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal(new PoolCounts(2, 0, 2, 0), pool.Counts);
        ValueTask<PooledConnection> renting = pool.RentAsync(Token);
        Assert.True(renting.IsCompletedSuccessfully);
        await using PooledConnection again = await renting;
        Assert.Equal(last, again.Connection.ServerProcessId);
    }

    [Fact]
    public async Task When_the_pool_is_full_callers_wait_in_fifo_order()
    {
        await using ServerPool pool = Pool(1);
        PooledConnection held = await pool.RentAsync(Token);
        var order = new List<int>();
        Task[] callers = [.. Enumerable.Range(0, 10).Select(TakeTurnAsync)];
        Assert.Equal(new PoolCounts(1, 1, 0, 10), pool.Counts);
        await held.DisposeAsync();
        await Task.WhenAll(callers);
        Assert.Equal(Enumerable.Range(0, 10), order);
        Assert.Equal(new PoolCounts(1, 0, 1, 0), pool.Counts);

        async Task TakeTurnAsync(int turn)
        {
            await using PooledConnection rented = await pool.RentAsync(Token);
            order.Add(turn);
        }
    }

    [Fact]
    public async Task The_end_of_waiting_has_three_different_errors()
    {
        ServerPool pool = Pool(1, options => options with { WaitTimeout = TimeSpan.FromMilliseconds(50) });
        await using PooledConnection held = await pool.RentAsync(Token);

        var late = await Assert.ThrowsAsync<ServerConnectionException>(() => pool.RentAsync(Token).AsTask());
        Assert.Equal((ServerFailure.PoolTimedOut, "DM5011"), (late.Failure, late.Code));
        Assert.Equal(1, late.PoolSize);
        Assert.Contains("ConnectionsMax (1)", late.Message, StringComparison.Ordinal);
        Assert.Contains("WaitTimeout (0.05 s)", late.Message, StringComparison.Ordinal);

        using var source = new CancellationTokenSource();
        Task<PooledConnection> waiting = pool.RentAsync(source.Token).AsTask();
        await source.CancelAsync();
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);

        waiting = pool.RentAsync(Token).AsTask();
        await pool.DisposeAsync();
        Assert.Equal("DM5012", (await Assert.ThrowsAsync<ServerConnectionException>(() => waiting)).Code);
        Assert.Equal("DM5012", (await Assert.ThrowsAsync<ServerConnectionException>(() => pool.RentAsync(Token).AsTask())).Code);
        Assert.Equal(new PoolCounts(1, 1, 0, 0), pool.Counts);
        await held.DisposeAsync();
        Assert.Equal(default, pool.Counts);
    }

    [Fact]
    public async Task The_queue_is_bounded()
    {
        await using ServerPool pool = Pool(1, options => options with { WaitersMax = 2 });
        PooledConnection held = await pool.RentAsync(Token);
        Task<PooledConnection>[] waiting = [pool.RentAsync(Token).AsTask(), pool.RentAsync(Token).AsTask()];
        Assert.Equal("DM5013", (await Assert.ThrowsAsync<ServerConnectionException>(() => pool.RentAsync(Token).AsTask())).Code);
        await held.DisposeAsync();
        foreach (Task<PooledConnection> waiter in waiting)
        {
            await (await waiter).DisposeAsync();
        }
        Assert.Equal(new PoolCounts(1, 0, 1, 0), pool.Counts);
    }

    [Fact]
    public async Task A_return_counts_once_and_what_was_returned_cannot_be_used()
    {
        await using ServerPool pool = Pool(2);
        PooledConnection rented = await pool.RentAsync(Token);
        await rented.DisposeAsync();
        await rented.DisposeAsync();
        Assert.Equal(new PoolCounts(1, 0, 1, 0), pool.Counts);
        await using PooledConnection other = await pool.RentAsync(Token);
        await rented.DisposeAsync();
        Assert.Equal(new PoolCounts(1, 1, 0, 0), pool.Counts);
        Assert.Equal("DM5008", Assert.Throws<ServerConnectionException>(() => rented.Connection).Code);
        Assert.Equal("1", await other.Connection.ValueAsync("select 1"));
        await default(PooledConnection).DisposeAsync();
    }

    [Fact]
    public async Task A_connection_in_a_transaction_is_closed_when_it_is_returned()
    {
        await using ServerPool pool = Pool(1);
        int process;
        await using (PooledConnection rented = await pool.RentAsync(Token))
        {
            process = rented.Connection.ServerProcessId;
            await rented.Connection.RunAsync("begin");
        }
        Assert.Equal(default, pool.Counts);
        await using PooledConnection next = await pool.RentAsync(Token);
        Assert.NotEqual(process, next.Connection.ServerProcessId);
    }

    [Fact]
    public async Task A_changed_session_is_fresh_for_the_next_caller()
    {
        await using ServerPool pool = Pool(1);
        int process;
        await using (PooledConnection rented = await pool.RentAsync(Token))
        {
            process = rented.Connection.ServerProcessId;
            await rented.Connection.ValueAsync("select 1");
            await rented.Connection.RunAsync(
                "set work_mem = '1234kB'; create temp table left_behind (id int); set timezone = 'Asia/Tokyo'"
            );
        }
        await using PooledConnection next = await pool.RentAsync(Token);
        Assert.Equal(process, next.Connection.ServerProcessId);
        Assert.False(next.Connection.SessionChanged);
        Assert.NotEqual("1234kB", await next.Connection.ValueAsync("show work_mem"));
        Assert.Equal("UTC", await next.Connection.ValueAsync("show timezone"));
        Assert.Null(await next.Connection.ValueAsync("select to_regclass('left_behind')"));
        Assert.Equal("1", await next.Connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task An_idle_connection_that_the_server_ended_is_never_rented()
    {
        await using ServerPool pool = Pool(2);
        await using ServerConnection admin = await postgres.OpenAsync();
        int process;
        await using (PooledConnection rented = await pool.RentAsync(Token))
        {
            process = rented.Connection.ServerProcessId;
        }
        Assert.Equal("t", await admin.ValueAsync("select pg_terminate_backend($1::int, 5000)", $"{process}"));
        await using PooledConnection next = await pool.RentAsync(Token);
        Assert.NotEqual(process, next.Connection.ServerProcessId);
        Assert.Equal("1", await next.Connection.ValueAsync("select 1"));
        Assert.Equal(new PoolCounts(1, 1, 0, 0), pool.Counts);
    }

    [Fact]
    public async Task Closing_the_idle_ones_leaves_the_rented_ones()
    {
        await using ServerPool pool = Pool(3);
        await using PooledConnection held = await pool.RentAsync(Token);
        await (await pool.RentAsync(Token)).DisposeAsync();
        await pool.CloseIdleAsync();
        Assert.Equal(new PoolCounts(1, 1, 0, 0), pool.Counts);
        Assert.Equal("1", await held.Connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task A_failed_opening_gives_its_place_back_and_every_waiter_its_own_try()
    {
        await using var pool = new ServerPool(
            new ServerLogin("/nowhere/s", "a", "b", "c"),
            new() { ConnectionsMax = 1 },
            TimeProvider.System
        );
        Task<ServerConnectionException>[] callers =
        [
            .. Enumerable.Range(0, 20).Select(_ => Assert.ThrowsAsync<ServerConnectionException>(() => pool.RentAsync(Token).AsTask())),
        ];
        Assert.All(await Task.WhenAll(callers), failure => Assert.Equal("DM5001", failure.Code));
        Assert.Equal(default, pool.Counts);
    }

    /// <summary>
    /// Many callers rent, use, give up, break, spoil and return at random. The bound is never exceeded, no connection serves two callers
    /// at once, nobody starves, and at the end nothing is rented, counted or waiting that is not there.
    /// </summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(20261122, 5)]
    public async Task A_storm_of_rents_returns_and_cancellations_keeps_the_counts_right(int seed, int connections)
    {
        await using ServerPool pool = Pool(connections);
        var users = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var served = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(() => CallAsync(new Random(seed + caller)), Token)));
        PoolCounts counts = pool.Counts;
        Assert.Equal((0, 0), (counts.Rented, counts.Waiting));
        Assert.Equal(counts.Open, counts.Idle);
        Assert.InRange(counts.Open, 0, connections);
        Assert.True(served > 100, $"seed {seed}: only {served} were served");

        async Task CallAsync(Random random)
        {
            for (var i = 0; i < 60; i++)
            {
                using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
                if (random.Next(3) == 0)
                {
                    source.CancelAfter(TimeSpan.FromMilliseconds(random.Next(4)));
                }
                try
                {
                    await using PooledConnection rented = await pool.RentAsync(source.Token);
                    int process = rented.Connection.ServerProcessId;
                    Assert.True(users.TryAdd(process, i), "one connection serves two callers");
                    try
                    {
                        await UseAsync(rented.Connection, random.Next(12), source.Token);
                    }
                    finally
                    {
                        users.TryRemove(process, out _);
                    }
                    Interlocked.Increment(ref served);
                }
                catch (OperationCanceledException) when (source.IsCancellationRequested && !Token.IsCancellationRequested) { }
                Assert.InRange(pool.Counts.Open, 0, connections);
            }
        }

        static async Task UseAsync(ServerConnection connection, int what, CancellationToken token)
        {
            switch (what)
            {
                case 0:
                    await connection.ExecuteSimpleAsync("begin", token);
                    break;
                case 1:
                    await connection.ExecuteSimpleAsync("set work_mem = '2MB'", token);
                    break;
                case 2:
                    await connection.DisposeAsync();
                    break;
                default:
                    var rows = new TextRows();
                    await connection.ExecuteAsync("select $1", Sql.Wire($"{what}"), rows, token);
                    Assert.Equal($"{what}", Assert.Single(rows.Rows)[0]);
                    break;
            }
        }
    }

    private ServerPool Pool(int connections, Func<PoolOptions, PoolOptions>? change = null)
    {
        var options = new PoolOptions { ConnectionsMax = connections };
        return new ServerPool(postgres.Login, change?.Invoke(options) ?? options, TimeProvider.System);
    }
}
