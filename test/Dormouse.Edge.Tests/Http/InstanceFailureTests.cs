using Dormouse.Edge.Engine;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Http;

/// <summary>The instance goes away under the edge's hands.</summary>
public sealed class InstanceFailureTests
{
    private const string OthersOfThisDatabase = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    [Fact]
    public async Task A_backend_that_dies_in_a_statement_is_P1017_and_the_next_request_works()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        Task<Reply> sleeping = edge.QueryAsync(Plans.RawQuery("SELECT 'asleep' FROM pg_sleep(60)"));
        await edge.WaitForAsync($"SELECT count(*) {OthersOfThisDatabase} AND query LIKE '%asleep%' AND state = 'active'", "1");

        await edge.AskAsync($"SELECT pg_terminate_backend(pid) {OthersOfThisDatabase}");
        Reply reply = await sleeping;
        Reply next = await edge.QueryAsync(Plans.RawQuery("SELECT 1"));

        Assert.Equal((500, "P1017"), (reply.Status, reply.Code));
        Assert.Equal(200, next.Status);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task Idle_connections_that_died_are_noticed_before_anything_is_sent()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => edge.QueryAsync(Plans.RawQuery("SELECT 1 FROM pg_sleep(0.05)"))));
        await edge.AskAsync($"SELECT pg_terminate_backend(pid) {OthersOfThisDatabase}");
        await edge.WaitForAsync($"SELECT count(*) {OthersOfThisDatabase}", "0");

        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => edge.QueryAsync(Plans.RawQuery("SELECT 1"))));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
    }

    [Fact]
    public async Task A_new_generation_gets_a_new_pool_and_the_old_one_is_closed()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        await edge.QueryAsync(Plans.RawQuery("SELECT 1"));
        string? before = await edge.AskAsync($"SELECT min(pid) {OthersOfThisDatabase}");

        edge.Instances.Restart(edge.Id, edge.Database);
        Reply reply = await edge.QueryAsync(Plans.RawQuery("SELECT pg_backend_pid() AS pid"));

        Assert.NotEqual(before, reply.Json.GetProperty("data").GetProperty("rows")[0][0].GetRawText());
        await edge.WaitForAsync($"SELECT count(*) {OthersOfThisDatabase} AND pid = {before}", "0");
        Assert.Equal(1, edge.Service<ServerPools>().Count);
    }

    [Fact]
    public async Task A_stopped_instance_has_no_pool()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        await edge.QueryAsync(Plans.RawQuery("SELECT 1"));

        edge.Instances.Restart(edge.Id, edge.Database);

        Assert.Equal(0, edge.Service<ServerPools>().Count);
        await edge.WaitForAsync($"SELECT count(*) {OthersOfThisDatabase}", "0");
    }

    [Fact]
    public async Task A_wrong_password_is_P1000()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Instances.Set(edge.Id, edge.Database, password: "wrong");

        Reply reply = await edge.QueryAsync(Plans.Compiled("query", "SELECT 1"));

        Assert.Equal("P1000", reply.Code);
        Assert.DoesNotContain("wrong", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_database_is_P1003()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Instances.Set(edge.Id, edge.Database with { Database = "nowhere" });

        Reply reply = await edge.QueryAsync(Plans.Compiled("query", "SELECT 1"));

        Assert.Equal("P1003", reply.Code);
    }

    [Fact]
    public async Task Nobody_at_the_socket_is_P1001_after_a_second_try()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Instances.Set(edge.Id, edge.Database with { SocketPath = edge.Database.SocketPath + ".gone" });

        Reply reply = await edge.QueryAsync(Plans.Compiled("query", "SELECT 1"));

        Assert.Equal((503, "P1001"), (reply.Status, reply.Code));
        Assert.Equal(2, edge.Instances.LeasesEver);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task Too_many_connections_are_P2037()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        await edge.AskAsync($"ALTER DATABASE {edge.Database.Database} CONNECTION LIMIT 0");

        Reply reply = await edge.QueryAsync(Plans.Compiled("query", "SELECT 1"));

        Assert.Equal("P2037", reply.Code);
    }
}
