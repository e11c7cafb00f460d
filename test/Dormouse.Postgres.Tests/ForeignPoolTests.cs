using Dormouse.Postgres.Tests.Support;
using Dormouse.Testing;

namespace Dormouse.Postgres.Tests;

/// <summary>What a pool does for a server that belongs to somebody else: gives back what it does not use, and does not press.</summary>
public sealed class ForeignPoolTests(SharedPostgres postgres)
{
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(5);

    private readonly ManualTimeProvider time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_lies_idle_too_long_is_closed_the_longest_first_and_then_no_timer_is_left()
    {
        await using ServerPool pool = Pool(postgres.Login, 3);
        PooledConnection first = await pool.RentAsync(Token);
        PooledConnection second = await pool.RentAsync(Token);
        int timers = time.PendingTimers;
        await first.DisposeAsync();
        time.Advance(TimeSpan.FromMinutes(3));
        await second.DisposeAsync();
        Assert.Equal(timers + 1, time.PendingTimers);

        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(new PoolCounts(1, 0, 1, 0), pool.Counts);
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(default, pool.Counts);
        Assert.Equal(timers, time.PendingTimers);

        await (await pool.RentAsync(Token)).DisposeAsync();
        Assert.Equal(1, pool.Counts.Idle);
    }

    [Fact]
    public async Task A_server_that_is_away_is_asked_again_after_growing_pauses_only_and_recovers()
    {
        var asked = 0;
        var mood = Mood.Starting;
        await using var server = new ScriptedServer(async client =>
        {
            Interlocked.Increment(ref asked);
            if (mood == Mood.Starting)
            {
                await client.ReadStartupAsync();
                await client.SendAsync(Fatal(SqlState.CannotConnectNow));
                return;
            }
            await client.AcceptLoginAsync();
            await client.UntilClosedAsync();
        });
        await using ServerPool pool = Pool(server.Login, 3);

        await RefusedAsync(pool, SqlState.CannotConnectNow);
        await RefusedAsync(pool, SqlState.CannotConnectNow);
        Assert.Equal(1, asked);
        time.Advance(TimeSpan.FromMilliseconds(50));
        await RefusedAsync(pool, SqlState.CannotConnectNow);
        Assert.Equal(2, asked);
        time.Advance(TimeSpan.FromMilliseconds(50));
        await RefusedAsync(pool, SqlState.CannotConnectNow);
        Assert.Equal(2, asked);
        for (var i = 0; i < 20; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await RefusedAsync(pool, SqlState.CannotConnectNow);
        }
        Assert.Equal(22, asked);
        mood = Mood.Open;
        time.Advance(TimeSpan.FromSeconds(5));
        await (await pool.RentAsync(Token)).DisposeAsync();
        Assert.Equal(new PoolCounts(1, 0, 1, 0), pool.Counts);
    }

    [Fact]
    public async Task While_the_server_is_full_callers_share_the_connections_that_the_pool_has()
    {
        var mood = Mood.Open;
        var asked = 0;
        await using var server = new ScriptedServer(async client =>
        {
            Interlocked.Increment(ref asked);
            if (mood == Mood.Full)
            {
                await client.ReadStartupAsync();
                await client.SendAsync(Fatal(SqlState.TooManyConnections));
                return;
            }
            await client.AcceptLoginAsync();
            await client.UntilClosedAsync();
        });
        await using ServerPool pool = Pool(server.Login, 3);
        PooledConnection only = await pool.RentAsync(Token);
        mood = Mood.Full;

        Task<PooledConnection> second = pool.RentAsync(Token).AsTask();
        await Eventually.TrueAsync(() => pool.Counts.Waiting == 1);
        Task<PooledConnection> third = pool.RentAsync(Token).AsTask();
        Assert.Equal(new PoolCounts(1, 1, 0, 2), pool.Counts);
        Assert.Equal(2, asked);
        await only.DisposeAsync();
        await (await second).DisposeAsync();
        await (await third).DisposeAsync();
        await pool.CloseIdleAsync();
        Assert.Equal(default, pool.Counts);

        await RefusedAsync(pool, SqlState.TooManyConnections);
        mood = Mood.Open;
        time.Advance(TimeSpan.FromSeconds(5));
        await (await pool.RentAsync(Token)).DisposeAsync();
    }

    [Fact]
    public async Task When_the_server_goes_away_those_who_wait_are_told_and_none_is_left_waiting()
    {
        var mood = Mood.Open;
        await using var server = new ScriptedServer(async client =>
        {
            if (mood == Mood.Starting)
            {
                await client.ReadStartupAsync();
                await client.SendAsync(Fatal(SqlState.CannotConnectNow));
                return;
            }
            await client.AcceptLoginAsync();
            await client.UntilClosedAsync();
        });
        await using ServerPool pool = Pool(server.Login, 1);
        PooledConnection only = await pool.RentAsync(Token);
        Task<PooledConnection>[] waiting = [.. Enumerable.Range(0, 10).Select(_ => pool.RentAsync(Token).AsTask())];
        mood = Mood.Starting;
        only.Connection.Close();
        await only.DisposeAsync();

        foreach (Task<PooledConnection> each in waiting)
        {
            Assert.Equal(SqlState.CannotConnectNow, (await Assert.ThrowsAsync<PostgresException>(() => each)).SqlState);
        }
        Assert.Equal(default, pool.Counts);
    }

    [Fact]
    public async Task While_one_caller_tries_a_server_that_says_nothing_the_others_are_told_at_once()
    {
        await using var server = new ScriptedServer(client => client.UntilClosedAsync());
        await using ServerPool pool = Pool(server.Login, 3, TimeSpan.FromMilliseconds(300));
        await TimesOutAsync(() => pool.RentAsync(Token).AsTask());
        time.Advance(TimeSpan.FromSeconds(5));

        Task<PooledConnection> trying = pool.RentAsync(Token).AsTask();
        // Thrown by the call itself: nothing was waited for.
        var told = Assert.Throws<ServerConnectionException>(() =>
        {
            ValueTask<PooledConnection> rented = pool.RentAsync(Token);
            Assert.Fail($"rented: {rented.IsCompleted}");
        });
        Assert.Equal("DM5002", told.Code);
        await TimesOutAsync(() => trying);
        Assert.Equal(default, pool.Counts);

        static async Task TimesOutAsync(Func<Task<PooledConnection>> renting) =>
            Assert.Equal("DM5002", (await Assert.ThrowsAsync<ServerConnectionException>(renting)).Code);
    }

    private static async Task RefusedAsync(ServerPool pool, string sqlState) =>
        Assert.Equal(sqlState, (await Assert.ThrowsAsync<PostgresException>(() => pool.RentAsync(Token).AsTask())).SqlState);

    private static byte[] Fatal(string code) => ScriptedClient.Error(code, "not now");

    private ServerPool Pool(ServerLogin login, int max, TimeSpan? connectTimeout = null) =>
        new(
            login,
            new PoolOptions
            {
                ConnectionsMax = max,
                IdleTimeout = IdleTimeout,
                OpenPauseMax = TimeSpan.FromSeconds(5),
                Connection = new ServerConnectionOptions
                {
                    RequireScram = false,
                    ConnectTimeout = connectTimeout ?? TimeSpan.FromSeconds(20),
                },
            },
            time
        );

    private enum Mood
    {
        Open,
        Starting,
        Full,
    }
}
