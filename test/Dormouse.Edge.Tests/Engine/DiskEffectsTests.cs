using Dormouse.Contracts;
using Dormouse.Edge.Engine;

namespace Dormouse.Edge.Tests.Engine;

public sealed class DiskEffectsTests
{
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("  \n select 1")]
    [InlineData("(SELECT 1) UNION (SELECT 2)")]
    [InlineData("WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE")]
    [InlineData("WITH a AS (SELECT 1) SELECT * FROM a FOR NO KEY UPDATE")]
    [InlineData("EXPLAIN ANALYZE INSERT INTO t VALUES (1)")]
    [InlineData("TABLE t")]
    public void Reading_is_no_growth(string sql) => Assert.Equal(DiskEffect.Reads, DiskEffects.Of(sql));

    [Theory]
    [InlineData("WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) FROM gone")]
    [InlineData("DELETE FROM t")]
    [InlineData("TRUNCATE t")]
    [InlineData("VACUUM FULL t")]
    public void Deleting_is_no_growth(string sql) => Assert.Equal(DiskEffect.Deletes, DiskEffects.Of(sql));

    [Theory]
    [InlineData("DROP TABLE t", DiskEffect.Drops)]
    [InlineData("BEGIN", DiskEffect.Controls)]
    [InlineData("set search_path to a", DiskEffect.Controls)]
    public void Dropping_and_dividing_is_no_growth(string sql, object effect) => Assert.Equal(effect, DiskEffects.Of(sql));

    [Theory]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("UPDATE t SET a = 1")]
    [InlineData("MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE")]
    [InlineData("WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a")]
    [InlineData("WITH a AS (SELECT 1) UPDATE t SET a = 1")]
    [InlineData("WITH a AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM a")]
    [InlineData("CREATE TABLE t ()")]
    [InlineData("ALTER TABLE t ADD a int")]
    [InlineData("DO $$ BEGIN END $$")]
    [InlineData("CALL p()")]
    [InlineData("REFRESH MATERIALIZED VIEW v")]
    [InlineData("/* a comment */ SELECT 1")]
    [InlineData("")]
    public void What_writes_or_is_not_known_counts_as_growth(string sql) => Assert.Equal(DiskEffect.Grows, DiskEffects.Of(sql));

    [Theory]
    [InlineData(DiskRule.NoGrowth, false, true, true)]
    [InlineData(DiskRule.ReadAndDelete, false, true, true)]
    [InlineData(DiskRule.ReadAndDrop, false, false, true)]
    public void Each_rule_allows_less_than_the_one_before_it(DiskRule rule, bool grows, bool deletes, bool drops) =>
        Assert.Equal(
            (grows, deletes, drops),
            (
                DiskEffects.IsAllowed(DiskEffect.Grows, rule),
                DiskEffects.IsAllowed(DiskEffect.Deletes, rule),
                DiskEffects.IsAllowed(DiskEffect.Drops, rule)
            )
        );
}
