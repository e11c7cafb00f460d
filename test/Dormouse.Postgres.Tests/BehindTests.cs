using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

/// <summary>A command such as BEGIN and the statement after it share one round trip, and fail as if they had not.</summary>
public sealed class BehindTests(SharedPostgres postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_statement_runs_within_the_transaction_that_came_with_it()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await connection.RunAsync("create temp table behind (id int)");
        for (var i = 0; i < 3; i++)
        {
            TextRows rows = await BehindAsync(connection, "BEGIN", "insert into behind values ($1) returning id", $"{i}");
            Assert.Equal((string?[])[$"{i}"], Assert.Single(rows.Rows));
            Assert.Equal(TransactionStatus.Open, connection.Transaction);
            await connection.RunAsync(i == 1 ? "rollback" : "commit");
        }
        Assert.Equal("0,2", await connection.ValueAsync("select string_agg(id::text, ',' order by id) from behind"));
        Assert.Equal(2, connection.StatementCount);
    }

    [Fact]
    public async Task The_command_says_what_it_says()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        TextRows rows = await BehindAsync(connection, "BEGIN ISOLATION LEVEL SERIALIZABLE", "show transaction_isolation");
        Assert.Equal((string?[])["serializable"], Assert.Single(rows.Rows));
    }

    [Fact]
    public async Task A_statement_that_fails_leaves_the_transaction_failed()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => BehindAsync(connection, "BEGIN", "select 1 / $1::int", "0"));
        Assert.Equal("22012", refused.SqlState);
        Assert.Equal(TransactionStatus.Failed, connection.Transaction);
        await connection.RunAsync("rollback");
        Assert.Equal(TransactionStatus.Idle, connection.Transaction);
    }

    [Fact]
    public async Task A_command_that_fails_keeps_the_statement_from_running()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await connection.RunAsync("create temp table kept_out (id int)");
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<PostgresException>(() => BehindAsync(connection, "BEGIN NONSENSE", "insert into kept_out values (1)"));
            Assert.Equal(TransactionStatus.Idle, connection.Transaction);
        }
        Assert.Equal("0", await connection.ValueAsync("select count(*) from kept_out"));
        await connection.RowsAsync("insert into kept_out values (1)");
        Assert.Equal("1", await connection.ValueAsync("select count(*) from kept_out"));
    }

    [Fact]
    public async Task A_table_changed_between_two_runs_is_not_noticed_by_the_caller()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await using ServerConnection other = await postgres.OpenAsync();
        await other.RunAsync("create table changing_behind (id int); insert into changing_behind values (1)");
        await connection.RowsAsync("select * from changing_behind");

        await other.RunAsync("alter table changing_behind add name text default 'new'");
        TextRows rows = await BehindAsync(connection, "BEGIN", "select * from changing_behind");
        Assert.Equal((string?[])["1", "new"], Assert.Single(rows.Rows));
        Assert.Equal(TransactionStatus.Open, connection.Transaction);
        await connection.RunAsync("commit");
    }

    private static async Task<TextRows> BehindAsync(ServerConnection connection, string first, string sql, params string?[] parameters)
    {
        var rows = new TextRows();
        await connection.ExecuteBehindAsync(first, sql, Sql.Wire(parameters), rows, Token);
        return rows;
    }
}
