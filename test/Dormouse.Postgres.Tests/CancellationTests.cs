using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

public sealed class CancellationTests(SharedPostgres postgres)
{
    [Fact]
    public async Task A_cancelled_command_ends_on_the_server_and_the_connection_lives_on()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        using var source = new CancellationTokenSource();
        Task<CommandCompletion> sleeping = connection.ExecuteAsync("select pg_sleep(600)", default, new TextRows(), source.Token).AsTask();
        await WaitUntilActiveAsync(connection.ServerProcessId);
        await source.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleeping);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Equal(SqlState.QueryCancelled, Assert.IsType<PostgresException>(cancelled.InnerException).SqlState);
        Assert.False(connection.IsBroken);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task A_token_cancelled_before_sends_nothing()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            connection.ExecuteSimpleAsync("create table never_made (id int)", new CancellationToken(canceled: true)).AsTask()
        );
        Assert.Null(await connection.ValueAsync("select to_regclass('never_made')"));
    }

    [Fact]
    public async Task A_cancellation_never_hits_the_next_command()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var random = new Random(20261122);
        var cancelled = 0;
        for (var i = 0; i < 200; i++)
        {
            using var source = new CancellationTokenSource();
            Task<CommandCompletion> command = connection
                .ExecuteAsync("select pg_sleep($1::float8)", Sql.Wire(i % 4 == 0 ? "0.002" : "0"), new TextRows(), source.Token)
                .AsTask();
            for (int spins = random.Next(2_000); spins > 0; spins--)
            {
                _ = command.IsCompleted;
            }
            await source.CancelAsync();
            try
            {
                await command;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
            Assert.Equal($"{i}", await connection.ValueAsync("select $1", $"{i}"));
        }
        Assert.False(connection.IsBroken);
        Assert.InRange(cancelled, 0, 200);
    }

    [Fact]
    public async Task A_command_beyond_its_time_is_cancelled_with_an_error_of_its_own()
    {
        await using ServerConnection connection = await postgres.OpenAsync(new() { CommandTimeout = TimeSpan.FromMilliseconds(100) });
        for (var i = 0; i < 3; i++)
        {
            var late = await Assert.ThrowsAsync<ServerConnectionException>(() => connection.RowsAsync("select pg_sleep(600)"));
            Assert.Equal((ServerFailure.CommandTimedOut, "DM5006"), (late.Failure, late.Code));
            Assert.Equal("1", await connection.ValueAsync("select 1"));
        }
    }

    [Fact]
    public async Task A_server_that_does_not_answer_a_cancellation_is_given_up()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.AcceptLoginAsync();
            await client.ReadMessageAsync('Q');
            await client.UntilClosedAsync();
        });
        var options = ScriptedServer.Trusting with { CancelTimeout = TimeSpan.FromMilliseconds(300) };
        await using ServerConnection connection = await ServerConnection.OpenAsync(
            server.Login,
            options,
            TestContext.Current.CancellationToken
        );
        using var source = new CancellationTokenSource();
        Task<CommandCompletion> command = connection.ExecuteSimpleAsync("select 1", source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command);
        Assert.True(connection.IsBroken);
    }

    private async Task WaitUntilActiveAsync(int processId)
    {
        await using ServerConnection watcher = await postgres.OpenAsync();
        while (await watcher.ValueAsync("select wait_event from pg_stat_activity where pid = $1::int", $"{processId}") != "PgSleep") { }
    }
}
