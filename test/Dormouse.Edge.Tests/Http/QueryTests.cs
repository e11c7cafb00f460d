using System.Text.Json;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Http;

public sealed class QueryTests
{
    [Fact]
    public async Task A_query_answers_rows()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.QueryAsync(Plans.RawQuery("SELECT $1::text AS name, 7 AS number, NULL AS nothing", "dormouse"));

        Assert.Equal(200, reply.Status);
        JsonElement data = reply.Json.GetProperty("data");
        Assert.Equal("""["name","number","nothing"]""", data.GetProperty("columns").GetRawText());
        Assert.Equal("""[["dormouse",7,null]]""", data.GetProperty("rows").GetRawText());
        Assert.Equal("application/json", reply.ContentHeaders.ContentType?.ToString());
        Assert.Equal(reply.Text.Length, reply.ContentHeaders.ContentLength);
    }

    [Fact]
    public async Task A_transaction_node_commits_all_of_its_statements_or_none()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, "CREATE TABLE t (id int PRIMARY KEY)");

        Reply good = await edge.QueryAsync(Plans.Transaction("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"));
        Reply bad = await edge.QueryAsync(Plans.Transaction("INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (1)"));

        Assert.Equal(200, good.Status);
        Assert.Equal(400, bad.Status);
        Assert.Equal("P2002", bad.Code);
        Assert.Equal("2", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task The_lease_and_the_connection_are_given_back_after_each_answer()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        for (var i = 0; i < 5; i++)
        {
            await edge.QueryAsync(Plans.RawQuery("SELECT 1"));
            await edge.QueryAsync(Plans.RawQuery("SELECT broken"));
        }

        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
        Assert.Equal(
            "1",
            await edge.AskAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        );
    }

    [Fact]
    public async Task A_session_setting_does_not_reach_the_next_request()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        await edge.QueryAsync(Plans.RawExecute("SET application_name = 'mine'"));
        Reply reply = await edge.QueryAsync(Plans.RawQuery("SELECT current_setting('application_name') AS name"));

        Assert.DoesNotContain("mine", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_survives_a_change_of_its_table()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
        string query = Plans.Compiled("query", "SELECT * FROM t");
        await edge.QueryAsync(query);
        await edge.QueryAsync(query);

        await edge.QueryAsync(Plans.RawExecute("ALTER TABLE t ADD COLUMN name text DEFAULT 'x'"));
        Reply reply = await edge.QueryAsync(query);

        Assert.Equal("""[{"id":1,"name":"x"}]""", reply.Json.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Many_requests_at_once_share_the_pool()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply[] replies = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => edge.QueryAsync(Plans.RawQuery("SELECT $1::int AS number", i)))
        );

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        for (var i = 0; i < replies.Length; i++)
        {
            Assert.Equal(i, replies[i].Json.GetProperty("data").GetProperty("rows")[0][0].GetInt32());
        }
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Theory]
    [InlineData(null, "none")]
    [InlineData("no-cache", "none")]
    [InlineData("max-age=60", "miss")]
    [InlineData("max-age=60,stale-while-revalidate=10", "miss")]
    public async Task Answers_carry_what_the_accelerate_extension_reads(string? cacheControl, string status)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Region = "FRA");

        Reply reply = cacheControl is null
            ? await edge.QueryAsync(Plans.Compiled("query", "SELECT 1"))
            : await edge.QueryAsync(Plans.Compiled("query", "SELECT 1"), ("cache-control", cacheControl));

        Assert.Equal(status, reply.Header("accelerate-cache-status"));
        Assert.Matches("^[0-9a-f]{16}-FRA$", reply.Header("cf-ray"));
        Assert.True(DateTimeOffset.TryParse(reply.Header("last-modified"), out _));
    }

    [Fact]
    public async Task Statements_are_logged_to_the_client_that_listens_and_to_no_other()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, "CREATE TABLE t (id int)");
        string query = Plans.Transaction("INSERT INTO t VALUES (1)");

        Reply silent = await edge.QueryAsync(query, ("X-Capture-Telemetry", "error"));
        Reply heard = await edge.QueryAsync(query, ("X-Capture-Telemetry", "info, query"));

        Assert.False(silent.Json.TryGetProperty("extensions", out _));
        JsonElement[] logs = [.. heard.Json.GetProperty("extensions").GetProperty("logs").EnumerateArray()];
        Assert.Equal(
            ["INSERT INTO t VALUES (1)", "COMMIT"],
            logs.Select(log => log.GetProperty("attributes").GetProperty("query").GetString())
        );
        Assert.All(logs, log => Assert.Equal("query", log.GetProperty("level").GetString()));
        Assert.All(logs, log => Assert.Equal(2, log.GetProperty("timestamp").GetArrayLength()));
        Assert.All(logs, log => Assert.True(log.GetProperty("attributes").GetProperty("duration_ms").GetDouble() >= 0));
        Assert.Equal("[]", logs[0].GetProperty("attributes").GetProperty("params").GetString());
    }

    [Fact]
    public async Task Comments_of_the_client_are_part_of_the_statement()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        string query = Plans.RawQuery("SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()");
        string commented = query[..^1] + ""","comments":{"traceparent":"00-1","app":"it's */ mine"}}""";

        Reply reply = await edge.QueryAsync(commented);

        string statement = reply.Json.GetProperty("data").GetProperty("rows")[0][0].GetString()!;
        Assert.Contains("app='it", statement, StringComparison.Ordinal);
        Assert.Contains("traceparent='00-1'*/", statement, StringComparison.Ordinal);
        Assert.DoesNotContain("*/ mine", statement, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_info_needs_a_key_and_no_instance()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply known = await Reply.OfAsync(edge.Http, HttpMethod.Get, "/connection-info", null);
        Reply unknown = await Reply.OfAsync(edge.NewClient("nobody"), HttpMethod.Get, "/connection-info", null);

        Assert.Equal("""{"provider":"postgres","connectionInfo":{"supportsRelationJoins":true}}""", known.Text);
        Assert.Equal(401, unknown.Status);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task Health_needs_neither_key_nor_instance()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await Reply.OfAsync(edge.NewClient(null), HttpMethod.Get, "/health", null);

        Assert.Equal("""{"status":"ok"}""", reply.Text);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }
}
