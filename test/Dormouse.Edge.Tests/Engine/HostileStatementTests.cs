using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Engine;

/// <summary>What a tenant may try through the front door is refused as PostgreSQL refuses it, and the next request is served.</summary>
public sealed class HostileStatementTests
{
    [Theory]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'id'", "42501")]
    [InlineData("COPY pg_class TO '/tmp/x'", "42501")]
    [InlineData("SELECT pg_read_file('/etc/passwd')", "42501")]
    [InlineData("SELECT lo_import('/etc/passwd')", "42501")]
    [InlineData("SELECT lo_export(1, '/tmp/x')", "42501")]
    [InlineData("ALTER SYSTEM SET fsync = off", "42501")]
    [InlineData("LOAD '/data/base/1/1'", "42501")]
    [InlineData("CREATE EXTENSION dblink", "42501")]
    [InlineData("CREATE EXTENSION postgres_fdw", "42501")]
    [InlineData("CREATE EXTENSION plpython3u", "0A000")]
    [InlineData("SET SESSION AUTHORIZATION dormouse", "42501")]
    [InlineData("SELECT pg_reload_conf()", "42501")]
    [InlineData("SET temp_file_limit = -1", "42501")]
    public async Task A_hostile_statement_is_refused_and_the_next_is_served(string sql, string sqlState)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply refused = await edge.QueryAsync(Plans.RawExecute(sql));
        Reply next = await edge.QueryAsync(Plans.RawQuery("SELECT current_user::text AS who"));

        Assert.Contains(sqlState, refused.Text, StringComparison.Ordinal);
        Assert.Equal(200, next.Status);
        Assert.Contains("app", next.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_kills_its_own_session_harms_no_other()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply ended = await edge.QueryAsync(Plans.RawQuery("SELECT pg_terminate_backend(pg_backend_pid()) AS gone"));

        Assert.NotEqual(200, ended.Status);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1 AS n"))).Status);
    }
}
