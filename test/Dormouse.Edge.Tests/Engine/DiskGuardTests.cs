using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Engine;

public sealed class DiskGuardTests
{
    private const string Writing = """
        CREATE TABLE t (id int);
        INSERT INTO t VALUES (1), (2);
        CREATE FUNCTION write() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO t VALUES (3) RETURNING id';
        CREATE VIEW sly AS SELECT write() AS id;
        """;

    [Fact]
    public async Task Who_is_refused_again_and_again_is_answered_later_and_reads_as_soon_as_ever()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(
            options => options.Limits.RefusalsPerSecond = 1,
            clock,
            "CREATE TABLE t (id int)"
        );
        edge.Instances.EndpointOf(edge.Id).Disk.Close(DiskRule.NoGrowth, "It is full.");
        Assert.Equal(403, (await edge.QueryAsync(Plans.RawExecute("INSERT INTO t VALUES (1)"))).Status);
        Assert.Equal(403, (await edge.QueryAsync(Plans.RawExecute("INSERT INTO t VALUES (2)"))).Status);

        Task<Reply> third = edge.QueryAsync(Plans.RawExecute("INSERT INTO t VALUES (3)"));
        await Eventually.TrueAsync(() => edge.Service<RefusalPause>().Waiting == 1);

        // Meanwhile it holds nothing, and nothing else waits.
        Assert.Equal(0, edge.Service<Admission>().InFlight);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawExecute("DELETE FROM t"))).Status);
        Assert.False(third.IsCompleted);
        clock.Advance(new RequestLimitOptions().RefusalPause);
        Assert.Equal(403, (await third).Status);
        Assert.Equal(0, edge.Service<RefusalPause>().Waiting);
    }

    [Fact]
    public async Task A_database_that_may_not_grow_is_read_and_deleted_from_and_told_why_it_takes_nothing_more()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)");
        edge.Instances.EndpointOf(edge.Id).Disk.Close(DiskRule.NoGrowth, "It is full.");

        Reply refused = await edge.QueryAsync(Plans.RawExecute("INSERT INTO t VALUES (3)"));
        Reply deleted = await edge.QueryAsync(Plans.RawExecute("DELETE FROM t WHERE id = 1"));
        Reply read = await edge.QueryAsync(Plans.RawQuery("SELECT count(*)::int AS n FROM t"));

        Assert.Equal(403, refused.Status);
        Assert.Contains("P6003", refused.Text, StringComparison.Ordinal);
        Assert.Contains("It is full.", refused.Text, StringComparison.Ordinal);
        Assert.Equal(200, deleted.Status);
        Assert.Equal(200, read.Status);
        Assert.Equal("1", await edge.AskAsync("SELECT count(*) FROM t"));

        edge.Instances.EndpointOf(edge.Id).Disk.Open();
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawExecute("INSERT INTO t VALUES (3)"))).Status);
    }

    [Theory]
    [InlineData("SELECT write()")]
    [InlineData("SELECT * FROM sly")]
    [InlineData("VALUES (write())")]
    [InlineData("EXPLAIN ANALYZE INSERT INTO t VALUES (4)")]
    [InlineData("SELECT id INTO u FROM t")]
    public async Task At_the_hard_limit_nothing_that_reads_can_write(string sql)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Writing);
        // What an earlier statement set for its session has no say.
        await edge.QueryAsync(Plans.RawExecute("SET default_transaction_read_only = off"));
        edge.Instances.EndpointOf(edge.Id).Disk.Close(DiskRule.ReadAndDelete, "It is full.");

        Assert.All(
            await AloneAndWithinAsync(edge, sql),
            refused =>
            {
                Assert.Equal(403, refused.Status);
                Assert.Contains("P6003", refused.Text, StringComparison.Ordinal);
                Assert.Contains("It is full.", refused.Text, StringComparison.Ordinal);
            }
        );
        Assert.Equal("2", await edge.AskAsync("SELECT count(*) FROM t"));
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT * FROM t"))).Status);
    }

    [Theory]
    [InlineData("SELECT set_config('transaction_read_only', 'off', true), write()")]
    [InlineData("WITH off AS MATERIALIZED (SELECT set_config('transaction_read_only', 'off', false)) SELECT write() FROM off")]
    public async Task A_statement_cannot_give_itself_leave_to_write(string sql)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Writing);
        edge.Instances.EndpointOf(edge.Id).Disk.Close(DiskRule.ReadAndDelete, "It is full.");

        Assert.All(
            await AloneAndWithinAsync(edge, sql),
            refused =>
            {
                Assert.Equal(400, refused.Status);
                // PostgreSQL's: the mode must be set before any query, and not inside a read-only part.
                Assert.Contains("25001", refused.Text, StringComparison.Ordinal);
            }
        );
        Assert.Equal("2", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task At_the_hard_limit_a_transaction_reads_and_deletes_in_turns_and_other_errors_stay_what_they_are()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Writing);
        edge.Instances.EndpointOf(edge.Id).Disk.Close(DiskRule.ReadAndDelete, "It is full.");

        string id = await BeginAsync(edge, """{"isolationLevel":"SERIALIZABLE"}""");
        Reply[] replies =
        [
            await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT * FROM t")),
            await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("DELETE FROM t WHERE id = 1")),
            await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT * FROM t")),
            await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("DELETE FROM t WHERE id = 7")),
            await edge.PostAsync($"/transaction/{id}/commit", null),
            await edge.QueryAsync(Plans.Transaction("SELECT count(*) FROM t", "DELETE FROM t WHERE id = 7", "SELECT 1")),
        ];
        Reply wrong = await edge.QueryAsync(Plans.RawQuery("SELECT 1 / 0"));
        Reply after = await edge.QueryAsync(Plans.RawQuery("SELECT current_setting('transaction_read_only')"));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Contains("22012", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("on", after.Text, StringComparison.Ordinal);
        Assert.Equal("2", await edge.AskAsync("SELECT string_agg(id::text, ',') FROM t"));

        edge.Instances.EndpointOf(edge.Id).Disk.Open();
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT write()"))).Status);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_at_the_hard_limit_leaves_its_transaction_writing_as_before()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Limits.MaxAnswerBytes = 10_000, null, Writing);
        edge.Instances.EndpointOf(edge.Id).Disk.Close(DiskRule.ReadAndDelete, "It is full.");
        string id = await BeginAsync(edge);

        Reply large = await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT repeat('x', 20000) AS x"));
        Reply deleted = await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("DELETE FROM t WHERE id = 1"));
        Reply committed = await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.Equal((422, 200, 200), (large.Status, deleted.Status, committed.Status));
        Assert.Equal("1", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Who_grew_on_by_deletions_may_read_and_drop()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Writing);
        edge.Instances.EndpointOf(edge.Id).Disk.Close(DiskRule.ReadAndDrop, "It is full.");

        Reply deleted = await edge.QueryAsync(Plans.RawExecute("DELETE FROM t WHERE write() = 3"));
        Reply read = await edge.QueryAsync(Plans.RawQuery("SELECT count(*)::int FROM t"));
        Reply dropped = await edge.QueryAsync(Plans.RawExecute("DROP TABLE t CASCADE"));

        Assert.Equal((403, 200, 200), (deleted.Status, read.Status, dropped.Status));
    }

    /// <summary>By itself, and in a transaction that was told to write.</summary>
    private static async Task<Reply[]> AloneAndWithinAsync(EdgeHost edge, string sql)
    {
        Reply alone = await edge.QueryAsync(Plans.RawQuery(sql));
        string id = await BeginAsync(edge);
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("SET TRANSACTION READ WRITE"));
        Reply within = await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery(sql));
        await edge.PostAsync($"/transaction/{id}/commit", null);
        return [alone, within];
    }

    private static async Task<string> BeginAsync(EdgeHost edge, string options = "{}") =>
        (await edge.PostAsync("/transaction/start", options)).Json.GetProperty("id").GetString()!;
}
