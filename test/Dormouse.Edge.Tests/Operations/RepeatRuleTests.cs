using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>
/// Clients 5 and 6 repeat 429, 5xx and cut sockets up to three times, writes included, unless the body has the engine's form. So what may
/// have been applied must have that form, and what was not sent must not.
/// </summary>
public sealed class RepeatRuleTests
{
    private const string OthersOfThisDatabase = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    [Fact]
    public async Task A_write_whose_connection_broke_is_not_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        Task<Reply> writing = client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, "slow"));
        await KillAsync(edge, "INSERT");

        Reply reply = await writing;

        AssertFinal(reply, 500, "P1017");
        Assert.Contains("unknown", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Theory]
    [InlineData("queryRaw")]
    [InlineData("executeRaw")]
    public async Task Raw_SQL_counts_as_a_write(string action)
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string query = OlderClient.Query(null, action, """{"query":"SELECT 'asleep' FROM pg_sleep(60)","parameters":"[]"}""", "{}");
        Task<Reply> writing = client.PostAsync(client.Root + "/graphql", query);
        await KillAsync(edge, "asleep");

        AssertFinal(await writing, 500, "P1017");
    }

    [Fact]
    public async Task A_read_whose_connection_broke_is_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        Task<Reply> reading = client.PostAsync(client.Root + "/graphql", OlderClient.Query("Sleeper", "findMany"));
        await KillAsync(edge, "sleeper");

        AssertRepeatable(await reading, 503, "P1017");
    }

    [Fact]
    public async Task A_transaction_whose_commit_got_no_answer_is_not_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        Task<Reply> writing = client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction("{}", Blog.CreateAuthor(3, "Cat"), Blog.CreateAuthor(4, "late"))
        );
        await KillAsync(edge, "COMMIT");

        Reply reply = await writing;

        AssertFinal(reply, 500, "P1017");
        Assert.Contains("while it committed", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_inside_an_array_transaction_whose_connection_broke_is_not_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        Task<Reply> writing = client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction("{}", Blog.CreateAuthor(3, "Cat"), Blog.CreateAuthor(4, "slow"))
        );
        await KillAsync(edge, "INSERT");

        AssertFinal(await writing, 500, "P1017");
        Assert.Equal("2", await edge.AskAsync("""SELECT count(*) FROM "Author" """));
    }

    [Fact]
    public async Task An_interactive_transaction_whose_connection_broke_is_over()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync("""{"max_wait":20000,"timeout":60000}""");
        Task<Reply> reading = client.PostAsync(transaction + "/graphql", OlderClient.Query("Sleeper", "findMany"));
        await KillAsync(edge, "sleeper");

        AssertFinal(await reading, 500, "P1017");
        AssertFinal(await client.PostAsync(transaction + "/commit", null), 409, "P2028");
    }

    [Fact]
    public async Task A_commit_that_got_no_answer_is_not_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync("""{"max_wait":20000,"timeout":60000}""");
        await client.PostAsync(transaction + "/graphql", Blog.CreateAuthor(3, "late"));
        Task<Reply> committing = client.PostAsync(transaction + "/commit", null);
        await KillAsync(edge, "COMMIT");

        AssertFinal(await committing, 500, "P1017");
    }

    [Theory]
    [InlineData(FailureKind.ComputeAsleep, "P6008")]
    [InlineData(FailureKind.Compute, "P1001")]
    public async Task A_write_for_which_no_instance_was_there_may_be_repeated(FailureKind kind, string code)
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        edge.Instances.Failure = new DormouseException(kind, "DM3999", "private");

        Reply reply = await client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, "Cat"));

        AssertRepeatable(reply, 503, code);
        Assert.DoesNotContain("private", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_was_not_let_in_may_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Limits.MaxRequestsPerDatabase = 1);
        OlderClient client = await Blog.ClientAsync(edge);
        Task<Reply> first = client.PostAsync(client.Root + "/graphql", OlderClient.Query("Sleeper", "findMany"));
        await edge.WaitForAsync($"SELECT count(*) {OthersOfThisDatabase} AND query LIKE '%sleeper%' AND state = 'active'", "1");

        AssertRepeatable(await client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, "Cat")), 429, "P5011");
        await KillAsync(edge, "sleeper");
        await first;
    }

    [Fact]
    public async Task A_query_that_found_no_free_connection_is_P2024_and_not_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync(options =>
        {
            options.Engine.ConnectionsPerInstance = 2;
            options.Engine.ConnectionWait = TimeSpan.FromMilliseconds(200);
        });
        OlderClient client = await Blog.ClientAsync(edge);
        Task<Reply>[] busy =
        [
            .. Enumerable.Range(0, 2).Select(_ => client.PostAsync(client.Root + "/graphql", OlderClient.Query("Sleeper", "findMany"))),
        ];
        await edge.WaitForAsync($"SELECT count(*) {OthersOfThisDatabase} AND state = 'active' AND wait_event = 'PgSleep'", "2");

        Reply reply = await client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, "Cat"));
        await edge.AskAsync($"SELECT pg_terminate_backend(pid) {OthersOfThisDatabase} AND state = 'active'");
        await Task.WhenAll(busy);

        Assert.Equal(200, reply.Status);
        JsonElement error = reply.Json.GetProperty("errors")[0].GetProperty("user_facing_error");
        Assert.Equal("P2024", error.GetProperty("error_code").GetString());
        Assert.Equal("""{"connection_limit":2,"timeout":0.2}""", error.GetProperty("meta").GetRawText());
    }

    [Fact]
    public async Task A_write_whose_answer_found_no_room_is_not_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Limits.MaxBufferedBytes = 64L * 1024 * 1024);
        OlderClient client = await Blog.ClientAsync(edge);
        Assert.True(edge.Service<BufferBudget>().TryTake(64L * 1024 * 1024 - 1024));
        const string sql = """INSERT INTO \"Author\" VALUES (3, 'Cat') RETURNING repeat('x', 400000)""";

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Query(null, "queryRaw", $$$$$$"""{"query":"{{{{{{sql}}}}}}","parameters":"[]"}""", "{}")
        );

        AssertFinal(reply, 429, "P5011");
        Assert.Contains("may have been stored", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_took_too_long_is_cancelled_and_not_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Limits.QueryTimeout = TimeSpan.FromMilliseconds(300));
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, "slow"));

        // 504 is the one status of the gateway that these clients never repeat.
        Assert.Equal(504, reply.Status);
        Assert.Equal("P6004", reply.Json.GetProperty("code").GetString());
        Assert.Equal("2", await edge.AskAsync("""SELECT count(*) FROM "Author" """));
    }

    [Fact]
    public async Task What_runs_when_the_platform_stops_is_answered_before_its_socket_is_cut()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.StopGrace = TimeSpan.FromMilliseconds(200));
        OlderClient client = await Blog.ClientAsync(edge);
        Task<Reply> writing = client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, "slow"));
        Task<Reply> reading = client.PostAsync(client.Root + "/graphql", OlderClient.Query("Sleeper", "findMany"));
        await edge.WaitForAsync($"SELECT count(*) {OthersOfThisDatabase} AND state = 'active' AND wait_event = 'PgSleep'", "2");

        Task stopping = edge.StopAsync();

        AssertFinal(await writing, 503, "P6008");
        AssertRepeatable(await reading, 503, "P6008");
        await stopping;
        Assert.Equal("2", await edge.AskAsync("""SELECT count(*) FROM "Author" """));
    }

    [Fact]
    public async Task What_nobody_foresaw_is_not_to_be_repeated()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        edge.Instances.Failure = new InvalidOperationException("a private detail");

        Reply reply = await client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, "Cat"));

        AssertFinal(reply, 500, "P6000");
        Assert.DoesNotContain("private", reply.Text, StringComparison.Ordinal);
    }

    private static async Task KillAsync(EdgeHost edge, string statement)
    {
        await edge.WaitForAsync(
            $"SELECT count(*) {OthersOfThisDatabase} AND query LIKE '%{statement}%' AND state = 'active' AND wait_event = 'PgSleep'",
            "1"
        );
        await edge.AskAsync($"SELECT pg_terminate_backend(pid) {OthersOfThisDatabase} AND state = 'active'");
    }

    /// <summary>The engine's form, which the client shows with its code and never repeats.</summary>
    private static void AssertFinal(Reply reply, int status, string code)
    {
        Assert.True(reply.Status == status, reply.Text);
        Assert.Equal(JsonValueKind.False, reply.Json.GetProperty("is_panic").ValueKind);
        Assert.Equal(code, reply.Json.GetProperty("error_code").GetString());
        Assert.NotEmpty(reply.Json.GetProperty("message").GetString()!);
    }

    /// <summary>The gateway's form.</summary>
    private static void AssertRepeatable(Reply reply, int status, string code)
    {
        Assert.True(reply.Status == status, reply.Text);
        Assert.False(reply.Json.TryGetProperty("is_panic", out _), reply.Text);
        Assert.Equal(code, reply.Json.GetProperty("code").GetString());
    }
}
