using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

/// <summary>Statements are prepared once per connection, kept within a bound, and made anew when the server says so.</summary>
public sealed class StatementTests(SharedPostgres postgres)
{
    private const string Kept = "select count(*) from pg_prepared_statements where name like '\\_dm%'";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_text_is_prepared_once()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("1", await connection.ValueAsync("select 1"));
            Assert.Equal($"{i}", await connection.ValueAsync("select $1", $"{i}"));
        }
        Assert.Equal(2, connection.StatementCount);
        Assert.Equal("3", await connection.ValueAsync(Kept));
    }

    [Fact]
    public async Task Other_stated_types_make_another_statement()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        foreach (uint type in (uint[])[23, 25, 23, 25, 0])
        {
            var rows = new TextRows();
            await connection.ExecuteAsync("select $1 as x", new WireParameter[] { new("7", type) }, rows, Token);
            Assert.Equal(type == 23 ? 23u : 25u, Assert.Single(rows.ColumnList).TypeOid);
        }
        Assert.Equal(3, connection.StatementCount);
    }

    [Fact]
    public async Task The_least_recently_used_statement_is_closed_on_the_server_too()
    {
        await using ServerConnection connection = await postgres.OpenAsync(new() { StatementsMax = 3 });
        foreach (string sql in (string[])["select 1", "select 2", "select 3", "select 1", "select 4"])
        {
            await connection.ValueAsync(sql);
        }
        Assert.Equal(3, connection.StatementCount);
        // By the simple protocol, so that looking changes nothing.
        var names = new TextRows();
        await connection.ExecuteSimpleAsync("select statement from pg_prepared_statements order by statement", names, Token);
        Assert.Equal(["select 1", "select 3", "select 4"], names.Rows.Select(row => row[0]));
    }

    [Fact]
    public async Task A_thousand_texts_stay_within_the_bound()
    {
        await using ServerConnection connection = await postgres.OpenAsync(new() { StatementsMax = 10 });
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal($"{i}", await connection.ValueAsync($"select {i}"));
        }
        var count = new TextRows();
        await connection.ExecuteSimpleAsync("select count(*) from pg_prepared_statements", count, Token);
        Assert.Equal("10", count.Rows[0][0]);
    }

    [Fact]
    public async Task Long_texts_and_a_bound_of_zero_use_the_unnamed_statement()
    {
        await using ServerConnection connection = await postgres.OpenAsync(new() { StatementCharsMax = 20 });
        await using ServerConnection without = await postgres.OpenAsync(new() { StatementsMax = 0 });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("1", await connection.ValueAsync("select /* a long remark, longer than allowed */ 1"));
            Assert.Equal("1", await without.ValueAsync("select 1"));
        }
        Assert.Equal(0, connection.StatementCount);
        Assert.Equal(0, without.StatementCount);
    }

    [Fact]
    public async Task A_table_changed_between_two_runs_is_not_noticed_by_the_caller()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await using ServerConnection other = await postgres.OpenAsync();
        await other.RunAsync("create table changing (id int); insert into changing values (1)");
        Assert.Equal((string?[])["1"], Assert.Single(await connection.RowsAsync("select * from changing where id = $1", "1")));

        await other.RunAsync("alter table changing add name text default 'new'");
        var rows = new TextRows();
        await connection.ExecuteAsync("select * from changing where id = $1", Sql.Wire("1"), rows, Token);
        Assert.Equal((string?[])["1", "new"], Assert.Single(rows.Rows));
        Assert.Equal(["id", "name"], rows.ColumnList.Select(column => column.Name));

        await other.RunAsync("alter table changing alter id type text");
        Assert.Equal((string?[])["1", "new"], Assert.Single(await connection.RowsAsync("select * from changing where id = $1", "1")));
        Assert.Equal(1, connection.StatementCount);
    }

    [Fact]
    public async Task A_table_changed_within_a_transaction_fails_it_once_and_works_after_the_rollback()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await connection.RunAsync("create table changing_inside (id int)");
        await connection.RowsAsync("select * from changing_inside");
        await connection.RunAsync("begin; alter table changing_inside add name text");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("select * from changing_inside"));
        Assert.Equal(SqlState.FeatureNotSupported, refused.SqlState);
        Assert.Equal(TransactionStatus.Failed, connection.Transaction);
        await connection.RunAsync("rollback");
        Assert.Empty(await connection.RowsAsync("select * from changing_inside"));
    }

    [Theory]
    [InlineData("deallocate all")]
    [InlineData("discard all")]
    public async Task Statements_dropped_by_the_tenant_are_prepared_anew(string drop)
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        Assert.Equal("1", await connection.ValueAsync("select 1"));
        await connection.RunAsync(drop);
        Assert.Equal(0, connection.StatementCount);
        await connection.RunAsync("begin");
        Assert.Equal("1", await connection.ValueAsync("select 1"));
        await connection.RunAsync("commit");
    }

    [Fact]
    public async Task A_statement_dropped_behind_our_back_is_prepared_anew()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        Assert.Equal("1", await connection.ValueAsync("select 1"));
        await connection.RunAsync(
            "do $$ declare n text; begin for n in select name from pg_prepared_statements loop execute 'deallocate ' || n; end loop; end $$"
        );
        Assert.Equal(1, connection.StatementCount);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
        Assert.Equal("1", await connection.ValueAsync("select 1"));
        Assert.Equal(1, connection.StatementCount);
    }

    [Fact]
    public async Task A_refused_statement_is_not_kept()
    {
        await using ServerConnection connection = await postgres.OpenAsync(new() { StatementsMax = 1 });
        Assert.Equal("1", await connection.ValueAsync("select 1"));
        for (var i = 0; i < 3; i++)
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("select nothing_like_it"));
            Assert.Equal((SqlState.UndefinedColumn, 8), (refused.SqlState, refused.Position));
        }
        Assert.Equal(0, connection.StatementCount);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task An_error_in_the_values_keeps_the_statement()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("select $1::int", "seven"));
        Assert.Equal(SqlState.InvalidTextRepresentation, refused.SqlState);
        Assert.Equal("7", await connection.ValueAsync("select $1::int", "7"));
        Assert.Equal(1, connection.StatementCount);
    }

    [Fact]
    public async Task The_name_of_a_statement_is_told_to_nobody()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("select $1::int"));
        Assert.Equal(SqlState.ProtocolViolation, refused.SqlState);
        Assert.Contains("prepared statement \"\" requires 1", refused.MessageText, StringComparison.Ordinal);
    }
}
