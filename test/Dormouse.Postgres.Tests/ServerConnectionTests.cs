using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

public sealed class ServerConnectionTests(LocalPostgres postgres)
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
                $"create role tokyo login password '{LocalPostgres.Password}'; alter role tokyo set timezone = 'Asia/Tokyo'; "
                    + "alter role tokyo set datestyle = 'German'; alter role tokyo set bytea_output = 'escape'; "
                    + "alter role tokyo set intervalstyle = 'iso_8601'",
                Token
            );
        }
        await using ServerConnection connection = await ServerConnection.OpenAsync(postgres.Login with { User = "tokyo" }, new(), Token);
        Assert.Equal(
            (string?[])["2026-01-02 03:04:05+00", @"\x00ff", "1 day 02:00:00", "UTF8", "dormouse"],
            await RowAsync(
                connection,
                @"select '2026-01-02 03:04:05Z'::timestamptz, '\x00ff'::bytea, '1 day 2 hours'::interval, "
                    + "current_setting('client_encoding'), current_setting('application_name')"
            )
        );
    }

    private static async Task<string?[]> RowAsync(ServerConnection connection, string sql)
    {
        var rows = new TextRows();
        await connection.ExecuteAsync(sql, default, rows, Token);
        return Assert.Single(rows.Rows);
    }
}
