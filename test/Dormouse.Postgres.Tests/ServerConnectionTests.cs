using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

public sealed class ServerConnectionTests(SharedPostgres postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_comes_back_as_text_with_its_columns()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var rows = new TextRows();
        CommandCompletion completion = await connection.ExecuteAsync(
            "select $1::int4 + 1 as sum, $2::text as text, null as nothing, true as yes, now() < '3000-01-01'",
            new WireParameter[] { new("41", 0), new("Haselmaus 🐭"u8.ToArray(), 0) },
            rows,
            Token
        );
        Assert.Equal(new CommandCompletion("SELECT", 1), completion);
        Assert.Equal(
            [
                ["42", "Haselmaus 🐭", null, "t", "t"],
            ],
            rows.Rows
        );
        Assert.Equal(["sum", "text", "nothing", "yes", "?column?"], rows.ColumnList.Select(column => column.Name));
        Assert.Equal([23u, 25u, 25u, 16u, 16u], rows.ColumnList.Select(column => column.TypeOid));
    }

    [Fact]
    public async Task Session_settings_hold_whatever_the_role_says()
    {
        await using (ServerConnection admin = await postgres.OpenAsync())
        {
            await admin.ExecuteSimpleAsync(
                $"create role tokyo login password 'a-secret'; alter role tokyo set timezone = 'Asia/Tokyo'; "
                    + "alter role tokyo set datestyle = 'German'; alter role tokyo set bytea_output = 'escape'; "
                    + "alter role tokyo set intervalstyle = 'iso_8601'",
                Token
            );
        }
        await using ServerConnection connection = await ServerConnection.OpenAsync(
            postgres.Login with
            {
                User = "tokyo",
                Password = "a-secret",
            },
            new(),
            Token
        );
        Assert.Equal(
            (string?[])["2026-01-02 03:04:05+00", @"\x00ff", "1 day 02:00:00", "UTF8", "dormouse"],
            await RowAsync(
                connection,
                @"select '2026-01-02 03:04:05Z'::timestamptz, '\x00ff'::bytea, '1 day 2 hours'::interval, "
                    + "current_setting('client_encoding'), current_setting('application_name')"
            )
        );
    }

    [Fact]
    public async Task Rows_affected_and_names_of_commands_come_from_the_tag()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var none = new TextRows();
        Assert.Equal(new("CREATE TABLE", 0), await connection.ExecuteAsync("create table tags (id int)", default, none, Token));
        Assert.Equal(new("INSERT", 3), await connection.ExecuteAsync("insert into tags values (1), (2), (3)", default, none, Token));
        Assert.Equal(new("UPDATE", 2), await connection.ExecuteAsync("update tags set id = 9 where id > 1", default, none, Token));
        Assert.Equal(new("DELETE", 2), await connection.ExecuteAsync("delete from tags where id = 9", default, none, Token));
        Assert.Equal(new("", 0), await connection.ExecuteAsync("", default, none, Token));
        Assert.Equal(new("", 0), await connection.RunAsync(" -- nothing"));
        Assert.Empty(none.ColumnList);
    }

    [Fact]
    public async Task A_script_gives_the_rows_of_all_its_statements_and_fails_as_a_whole()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var rows = new TextRows();
        CommandCompletion last = await connection.ExecuteSimpleAsync(
            "select 1; select 'a', 'b' union all select 'c', null; begin",
            rows,
            Token
        );
        Assert.Equal(
            [
                ["1"],
                ["a", "b"],
                ["c", null],
            ],
            rows.Rows
        );
        Assert.Equal("BEGIN", last.Command);
        Assert.Equal(TransactionStatus.Open, connection.Transaction);
        await Assert.ThrowsAsync<PostgresException>(() => connection.RunAsync("create table half (id int); select 1/0; select 3").AsTask());
        Assert.Equal(TransactionStatus.Failed, connection.Transaction);
        await connection.RunAsync("rollback");
        Assert.Equal(TransactionStatus.Idle, connection.Transaction);
        Assert.Null(await connection.ValueAsync("select to_regclass('half')"));
    }

    [Fact]
    public async Task An_error_has_all_its_fields_and_leaves_the_connection_usable()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await connection.RunAsync(
            "create schema errors; create table errors.one (id int constraint one_pk primary key); insert into errors.one values (1)"
        );
        var error = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("insert into errors.one values ($1)", "1"));
        Assert.Equal((SqlState.UniqueViolation, "ERROR"), (error.SqlState, error.Severity));
        Assert.Equal(("errors", "one", "one_pk"), (error.Schema, error.Table, error.Constraint));
        Assert.Equal("Key (id)=(1) already exists.", error.Detail);
        Assert.Equal("_bt_check_unique", error.Routine);
        Assert.False(error.IsFatal);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task A_session_ended_by_the_server_says_why_and_is_broken()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await using ServerConnection admin = await postgres.OpenAsync();
        Assert.Equal("t", await admin.ValueAsync("select pg_terminate_backend($1::int, 5000)", $"{connection.ServerProcessId}"));
        var ended = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("select 1"));
        Assert.Equal((SqlState.AdminShutdown, true), (ended.SqlState, ended.IsFatal));
        Assert.True(connection.IsBroken);
        var later = await Assert.ThrowsAsync<ServerConnectionException>(() => connection.RowsAsync("select 1"));
        Assert.Equal(ServerFailure.Lost, later.Failure);
    }

    [Fact]
    public async Task Large_values_go_there_and_back()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        string large = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => (char)('a' + (i % 26)))) + "é🐭";
        Assert.Equal(large, await connection.ValueAsync("select $1::text", large));
        Assert.Equal(large + large, await connection.ValueAsync("select $1::text || $2::text", large, large));
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task Many_rows_arrive_in_order()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        IReadOnlyList<string?[]> rows = await connection.RowsAsync("select i, repeat('x', i % 97) from generate_series(1, 20000) i");
        Assert.Equal(Enumerable.Range(1, 20_000).Select(i => $"{i}"), rows.Select(row => row[0]));
        Assert.All(rows, row => Assert.Equal(int.Parse(row[0]!, System.Globalization.CultureInfo.InvariantCulture) % 97, row[1]!.Length));
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public async Task The_largest_number_of_parameters_passes_and_one_more_is_refused_unsent(int count)
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        string sql = "select $" + string.Join("::int+$", Enumerable.Range(1, 100)) + "::int" + (count > 100 ? $" + ${count}::int" : "");
        // Parameters that the text does not name must have a type.
        WireParameter[] parameters = [.. Enumerable.Range(0, count).Select(_ => new WireParameter("1", 23))];
        var rows = new TextRows();
        if (count == 65_535)
        {
            await connection.ExecuteAsync(sql, parameters, rows, Token);
            Assert.Equal("101", rows.Rows[0][0]);
            return;
        }
        var refused = await Assert.ThrowsAsync<ServerConnectionException>(() =>
            connection.ExecuteAsync(sql, parameters, rows, Token).AsTask()
        );
        Assert.Equal((ServerFailure.TooManyParameters, "DM5007"), (refused.Failure, refused.Code));
        Assert.Contains("65536", refused.Message, StringComparison.Ordinal);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task A_nul_in_the_text_is_refused_unsent_and_in_a_value_by_the_server()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        foreach (
            Func<Task> attempt in (Func<Task>[])
                [() => connection.RowsAsync("select 1\0; drop table x"), () => connection.RunAsync("\0").AsTask()]
        )
        {
            Assert.Equal("DM5015", (await Assert.ThrowsAsync<ServerConnectionException>(attempt)).Code);
        }
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("select $1::text", "a\0b"));
        Assert.Equal(SqlState.CharacterNotInRepertoire, refused.SqlState);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task A_request_beyond_the_bound_is_refused_unsent_and_a_row_beyond_it_breaks()
    {
        await using ServerConnection connection = await postgres.OpenAsync(new() { MessageBytesMax = 64 * 1024 });
        var large = await Assert.ThrowsAsync<ServerConnectionException>(() =>
            connection.RowsAsync("select $1::text", new string('x', 100_000))
        );
        Assert.Equal((ServerFailure.MessageTooLarge, "DM5010"), (large.Failure, large.Code));
        Assert.Equal(60_000, (await connection.ValueAsync("select repeat('x', 60000)"))!.Length);
        await Assert.ThrowsAsync<ServerConnectionException>(() => connection.RowsAsync("select repeat('x', 70000)"));
        Assert.True(connection.IsBroken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_the_receiver_throws_reaches_the_caller_and_the_rest_is_not_computed(int atRow)
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        var receiver = new ThrowingReceiver(atRow);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() =>
            connection.ExecuteAsync("select generate_series(1, 2000000000)", default, receiver, Token).AsTask()
        );
        Assert.Equal(atRow, receiver.Rows);
        Assert.False(connection.IsBroken);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task A_second_command_meanwhile_is_refused_and_harms_nothing()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        Task<string?> first = connection.ValueAsync("select 'done' from pg_sleep(0.2)");
        var refused = await Assert.ThrowsAsync<ServerConnectionException>(() => connection.RowsAsync("select 2"));
        Assert.Equal((ServerFailure.Misuse, "DM5008"), (refused.Failure, refused.Code));
        Assert.Equal("done", await first);
        Assert.Equal("2", await connection.ValueAsync("select 2"));
    }

    [Theory]
    [InlineData("copy copying from stdin")]
    [InlineData("copy copying to stdout")]
    public async Task Copy_is_refused_clearly_in_both_protocols(string copy)
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await connection.RunAsync(
            "create table if not exists pg_temp.copying (id int); insert into copying select generate_series(1, 50000)"
        );
        foreach (Func<Task> attempt in (Func<Task>[])[() => connection.RowsAsync(copy), () => connection.RunAsync(copy).AsTask()])
        {
            Assert.Equal("DM5009", (await Assert.ThrowsAsync<ServerConnectionException>(attempt)).Code);
            Assert.False(connection.IsBroken);
            Assert.Equal("1", await connection.ValueAsync("select 1"));
        }
    }

    [Theory]
    [InlineData("select 1", false)]
    [InlineData("create table if not exists keeps (temp text, temporary int)", false)]
    [InlineData("begin; set local timezone = 'UTC'; commit", true)] // a script may hold anything
    [InlineData("set transaction isolation level serializable", false)]
    [InlineData("set work_mem = '8MB'", true)]
    [InlineData("select set_config('work_mem', '8MB', false)", true)]
    [InlineData("select pg_advisory_lock(1)", true)]
    [InlineData("select pg_try_advisory_lock_shared(2)", true)]
    [InlineData("listen somebody", true)]
    [InlineData("prepare mine as select 1", true)]
    [InlineData("create temp table t1 (id int)", true)]
    [InlineData("select 1 as one into temporary t2", true)]
    [InlineData("do $$ begin end $$", true)]
    public async Task Commands_that_leave_something_in_the_session_are_noticed(string sql, bool changes)
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        await connection.RunAsync(sql);
        Assert.Equal(changes, connection.SessionChanged);
        await connection.ResetSessionAsync(Token);
        Assert.False(connection.SessionChanged);
        if (!sql.Contains(';', StringComparison.Ordinal))
        {
            await connection.RowsAsync(sql);
            Assert.Equal(changes, connection.SessionChanged);
        }
    }

    private static async Task<string?[]> RowAsync(ServerConnection connection, string sql) =>
        Assert.Single(await connection.RowsAsync(sql));
}
