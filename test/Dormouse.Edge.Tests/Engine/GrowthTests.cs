using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Engine;

public sealed class GrowthTests
{
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("  \n select 1")]
    [InlineData("(SELECT 1) UNION (SELECT 2)")]
    [InlineData("WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE")]
    [InlineData("WITH a AS (SELECT 1) SELECT * FROM a FOR NO KEY UPDATE")]
    [InlineData("WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) FROM gone")]
    [InlineData("DELETE FROM t")]
    [InlineData("TRUNCATE t")]
    [InlineData("DROP TABLE t")]
    [InlineData("VACUUM FULL t")]
    [InlineData("BEGIN")]
    public void Reading_and_deleting_are_no_growth(string sql) => Assert.True(Growth.IsHarmless(sql));

    [Theory]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("UPDATE t SET a = 1")]
    [InlineData("MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE")]
    [InlineData("WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a")]
    [InlineData("WITH a AS (SELECT 1) UPDATE t SET a = 1")]
    [InlineData("CREATE TABLE t ()")]
    [InlineData("ALTER TABLE t ADD a int")]
    [InlineData("DO $$ BEGIN END $$")]
    [InlineData("CALL p()")]
    [InlineData("REFRESH MATERIALIZED VIEW v")]
    [InlineData("/* a comment */ SELECT 1")]
    [InlineData("")]
    public void What_writes_or_is_not_known_counts_as_growth(string sql) => Assert.False(Growth.IsHarmless(sql));

    [Fact]
    public async Task Who_is_refused_again_and_again_is_answered_later_and_reads_as_soon_as_ever()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(
            options => options.Limits.RefusalsPerSecond = 1,
            clock,
            "CREATE TABLE t (id int)"
        );
        edge.Instances.EndpointOf(edge.Id).Disk.Close("It is full.");
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
        edge.Instances.EndpointOf(edge.Id).Disk.Close("It is full.");

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
}
