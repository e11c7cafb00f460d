using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Edge.Transactions;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Transactions;

public sealed class TransactionTests
{
    private const string Table = "CREATE TABLE t (id int PRIMARY KEY)";

    [Fact]
    public async Task A_committed_transaction_is_stored_and_a_rolled_back_one_is_not()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string kept = await BeginAsync(edge);
        string dropped = await BeginAsync(edge);

        await edge.PostAsync($"/transaction/{kept}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"));
        await edge.PostAsync($"/transaction/{dropped}/query", Plans.RawExecute("INSERT INTO t VALUES (2)"));
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
        Reply committed = await edge.PostAsync($"/transaction/{kept}/commit", null);
        Reply rolledBack = await edge.PostAsync($"/transaction/{dropped}/rollback", null);

        Assert.Equal((200, "{}"), (committed.Status, committed.Text));
        Assert.Equal((200, "{}"), (rolledBack.Status, rolledBack.Text));
        Assert.Equal("1", await edge.AskAsync("SELECT string_agg(id::text, ',') FROM t"));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task The_start_answers_the_id_in_body_and_header_and_holds_a_lease()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.PostAsync("/transaction/start", """{"maxWait":2000,"timeout":5000}""");

        Assert.Equal(200, reply.Status);
        Assert.Matches("^[0-9a-f]{32}$", reply.Json.GetProperty("id").GetString());
        Assert.Equal(reply.Json.GetProperty("id").GetString(), reply.Header("Prisma-Transaction-Id"));
        Assert.Equal(1, edge.Instances.Leases);
    }

    [Theory]
    [InlineData("READ UNCOMMITTED", "read uncommitted")]
    [InlineData("READ COMMITTED", "read committed")]
    [InlineData("REPEATABLE READ", "repeatable read")]
    [InlineData("SERIALIZABLE", "serializable")]
    [InlineData("RepeatableRead", "repeatable read")]
    [InlineData(null, "read committed")]
    public async Task The_isolation_level_is_the_one_asked_for(string? asked, string given)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        string id = await BeginAsync(edge, asked is null ? "{}" : $$"""{"isolationLevel":"{{asked}}"}""");

        Reply reply = await edge.PostAsync(
            $"/transaction/{id}/query",
            Plans.RawQuery("SELECT current_setting('transaction_isolation') AS level")
        );

        Assert.Equal(given, reply.Json.GetProperty("data").GetProperty("rows")[0][0].GetString());
    }

    [Fact]
    public async Task A_snapshot_level_is_refused_in_the_references_words()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.PostAsync("/transaction/start", """{"isolationLevel":"SNAPSHOT"}""");

        Assert.Equal((409, "P2028"), (reply.Status, reply.Code));
        Assert.Equal("Transaction API error: Invalid isolation level: SNAPSHOT", reply.Message);
        Assert.Equal("""{"isolationLevel":"SNAPSHOT"}""", reply.Json.GetProperty("meta").GetRawText());
    }

    [Theory]
    [InlineData("""{"isolationLevel":"CHAOS"}""", 400, "P6000")]
    [InlineData("""{"isolationLevel":7}""", 400, "P6000")]
    [InlineData("""{"timeout":"soon"}""", 400, "P6000")]
    [InlineData("""{"timeout":-1}""", 400, "P6000")]
    [InlineData("", 400, "P6000")]
    [InlineData("null", 400, "P6000")]
    [InlineData("""{"timeout":0}""", 409, "P2028")]
    [InlineData("""{"maxWait":0}""", 409, "P2028")]
    [InlineData("""{"timeout":90001}""", 400, "P6005")]
    [InlineData("""{"maxWait":1e300}""", 400, "P6005")]
    public async Task A_wrong_start_is_refused_and_opens_nothing(string body, int status, string code)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.PostAsync("/transaction/start", body);

        Assert.Equal((status, code), (reply.Status, reply.Code));
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task After_its_end_a_transaction_answers_how_it_ended()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        string committed = await BeginAsync(edge);
        string rolledBack = await BeginAsync(edge);
        await edge.PostAsync($"/transaction/{committed}/commit", null);
        await edge.PostAsync($"/transaction/{rolledBack}/rollback", null);

        Reply query = await edge.PostAsync($"/transaction/{committed}/query", Plans.RawQuery("SELECT 1"));
        Reply commit = await edge.PostAsync($"/transaction/{rolledBack}/commit", null);
        Reply rollback = await edge.PostAsync("/transaction/never/rollback", null);

        Assert.All([query, commit, rollback], reply => Assert.Equal((409, "P2028"), (reply.Status, reply.Code)));
        Assert.All([query, commit, rollback], reply => Assert.Equal("{}", reply.Json.GetProperty("meta").GetRawText()));
        Assert.Equal(
            "Transaction API error: Transaction already closed: A query cannot be executed on a committed transaction.",
            query.Message
        );
        Assert.Equal(
            "Transaction API error: Transaction already closed: A commit cannot be executed on a transaction that was rolled back.",
            commit.Message
        );
        Assert.Equal(
            "Transaction API error: Transaction not found. Transaction ID is invalid, refers to an old closed transaction Prisma doesn't have information about anymore, or was obtained before disconnecting.",
            rollback.Message
        );
    }

    [Fact]
    public async Task At_its_timeout_a_transaction_is_rolled_back_and_says_so()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(null, clock, Table);
        string id = await BeginAsync(edge, """{"timeout":150}""");
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"));

        clock.Advance(TimeSpan.FromMilliseconds(149));
        Assert.Equal(200, (await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT 1"))).Status);
        clock.Advance(TimeSpan.FromMilliseconds(263));
        Reply query = await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT 1"));
        Reply rollback = await edge.PostAsync($"/transaction/{id}/rollback", null);

        Assert.Equal((409, "P2028"), (query.Status, query.Code));
        Assert.Equal(
            "Transaction API error: A query cannot be executed on an expired transaction. The timeout for this transaction was 150 ms, however 412 ms passed since the start of the transaction. Consider increasing the interactive transaction timeout or doing less work in the transaction.",
            query.Message
        );
        Assert.Equal("""{"operation":"query","timeout":150,"timeTaken":412}""", query.Json.GetProperty("meta").GetRawText());
        Assert.Contains("A rollback cannot be executed on an expired transaction.", rollback.Message, StringComparison.Ordinal);
        await edge.WaitForAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
            "0"
        );
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_transaction_that_is_asked_nothing_for_too_long_is_rolled_back_with_25P03_and_lets_its_database_sleep()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(
            options => options.Transactions.IdleLimit = TimeSpan.FromSeconds(10),
            clock,
            Table
        );
        string id = await BeginAsync(edge, """{"timeout":90000}""");
        for (var i = 1; i <= 3; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal(200, (await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute($"INSERT INTO t VALUES ({i})"))).Status);
        }
        Assert.Equal(1, edge.Instances.Leases);

        clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
        Reply query = await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT 1"));
        Reply commit = await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.All([query, commit], reply => Assert.Contains("25P03", reply.Text, StringComparison.Ordinal));
        Assert.All([query, commit], reply => Assert.NotEqual(200, reply.Status));
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_statement_that_takes_longer_than_the_idle_limit_does_not_abandon_its_transaction()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(
            options => options.Transactions.IdleLimit = TimeSpan.FromSeconds(1),
            clock,
            Table
        );
        string locker = await BeginAsync(edge, """{"timeout":90000}""");
        await edge.PostAsync($"/transaction/{locker}/query", Plans.RawExecute("LOCK TABLE t"));
        string id = await BeginAsync(edge, """{"timeout":90000}""");
        Task<Reply> running = edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT count(*)::int AS asleep FROM t"));
        await edge.WaitForAsync(Asleep, "1");

        // Both limits are over at this moment. The one that holds the lock is given up, and so the other goes on.
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(200, (await running).Status);
        Assert.Equal(200, (await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"))).Status);
        Assert.Equal(200, (await edge.PostAsync($"/transaction/{id}/commit", null)).Status);
        Assert.Equal("1", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_tenants_own_idle_in_transaction_timeout_ends_the_transaction_that_idles()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge, """{"timeout":90000}""");
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"));
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("SET LOCAL idle_in_transaction_session_timeout = '20ms'"));
        await edge.WaitForAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "0"
        );

        Reply reply = await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT 1"));

        Assert.NotEqual(200, reply.Status);
        Assert.Contains("25P03", reply.Text, StringComparison.Ordinal);
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task A_statement_that_runs_into_the_timeout_is_cancelled()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(null, clock, Table);
        string id = await BeginAsync(edge);
        Task<Reply> sleeping = edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT 'asleep' FROM pg_sleep(60)"));
        await edge.WaitForAsync(Asleep, "1");
        Task<Reply> behind = edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT 1"));

        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Contains("A query cannot be executed on an expired transaction.", (await sleeping).Message, StringComparison.Ordinal);
        Assert.Contains("A query cannot be executed on an expired transaction.", (await behind).Message, StringComparison.Ordinal);
        await edge.WaitForAsync(Asleep, "0");
    }

    [Fact]
    public async Task Requests_that_arrive_together_run_one_after_the_other()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);

        Reply[] replies = await Task.WhenAll(
            Enumerable.Range(1, 30).Select(i => edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute($"INSERT INTO t VALUES ({i})")))
        );
        await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Equal("30", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Nested_transactions_are_savepoints_of_the_same_id()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);
        Task<Reply> InsertAsync(int value) =>
            edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute($"INSERT INTO t VALUES ({value})"));
        await InsertAsync(1);

        Assert.Equal(id, await BeginAsync(edge, $$"""{"newTxId":"{{id}}"}"""));
        await InsertAsync(2);
        Assert.Equal(id, await BeginAsync(edge, $$"""{"newTxId":"{{id}}"}"""));
        Assert.Equal(400, (await InsertAsync(2)).Status);
        Assert.Equal("{}", (await edge.PostAsync($"/transaction/{id}/rollback", null)).Text);
        await InsertAsync(3);
        Assert.Equal("{}", (await edge.PostAsync($"/transaction/{id}/commit", null)).Text);
        await BeginAsync(edge, $$"""{"newTxId":"{{id}}"}""");
        await InsertAsync(4);
        await edge.PostAsync($"/transaction/{id}/rollback", null);
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
        await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.Equal("1,2,3", await edge.AskAsync("SELECT string_agg(id::text, ',' ORDER BY id) FROM t"));
        Reply late = await edge.PostAsync("/transaction/start", $$"""{"newTxId":"{{id}}"}""");
        Assert.Equal(
            "Transaction API error: Transaction already closed: A start cannot be executed on a committed transaction.",
            late.Message
        );
    }

    [Fact]
    public async Task Nesting_has_an_end()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Transactions.MaxDepth = 3);
        string id = await BeginAsync(edge);
        for (var i = 0; i < 3; i++)
        {
            await BeginAsync(edge, $$"""{"newTxId":"{{id}}"}""");
        }

        Reply reply = await edge.PostAsync("/transaction/start", $$"""{"newTxId":"{{id}}"}""");

        Assert.Equal((409, "P2028"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Another_databases_key_does_not_see_the_transaction()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);
        var other = DatabaseId.New();
        edge.Instances.Set(other, edge.Database);
        using HttpClient stranger = edge.NewClient(edge.Keys.Add(other));

        Reply query = await Reply.OfAsync(
            stranger,
            HttpMethod.Post,
            $"/transaction/{id}/query",
            Plans.RawExecute("INSERT INTO t VALUES (1)")
        );
        Reply commit = await Reply.OfAsync(stranger, HttpMethod.Post, $"/transaction/{id}/commit", null);
        Reply nested = await Reply.OfAsync(stranger, HttpMethod.Post, "/transaction/start", $$"""{"newTxId":"{{id}}"}""");

        Assert.All([query, commit, nested], reply => Assert.Equal((409, "P2028"), (reply.Status, reply.Code)));
        Assert.All([query, commit, nested], reply => Assert.Contains("Transaction not found.", reply.Message, StringComparison.Ordinal));
        Assert.Equal(200, (await edge.PostAsync($"/transaction/{id}/commit", null)).Status);
        Reply afterwards = await Reply.OfAsync(stranger, HttpMethod.Post, $"/transaction/{id}/commit", null);
        Assert.Contains("Transaction not found.", afterwards.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_finds_no_connection_in_time_is_told_so()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Engine.ConnectionsPerInstance = 3, clock);
        await BeginAsync(edge);

        int timers = clock.PendingTimers;
        Task<Reply> waiting = edge.PostAsync("/transaction/start", """{"maxWait":100}""");
        // The wait must be armed before the clock moves, and only once: the open transaction would expire and make room.
        await Eventually.TrueAsync(() => clock.PendingTimers > timers);
        clock.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal((409, "P2028"), ((await waiting).Status, (await waiting).Code));
        Assert.Equal("Transaction API error: Unable to start a transaction in the given time.", (await waiting).Message);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
    }

    [Fact]
    public async Task A_start_waits_for_another_transactions_end()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Engine.ConnectionsPerInstance = 3);
        string first = await BeginAsync(edge);
        Task<string> second = BeginAsync(edge, """{"maxWait":30000}""");

        await edge.PostAsync($"/transaction/{first}/commit", null);

        Assert.Equal(200, (await edge.PostAsync($"/transaction/{await second}/commit", null)).Status);
    }

    [Fact]
    public async Task A_commit_that_the_server_refuses_is_an_error_and_ends_the_transaction()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(
            null,
            null,
            "CREATE TABLE t (id int PRIMARY KEY, other int REFERENCES t DEFERRABLE INITIALLY DEFERRED)"
        );
        string id = await BeginAsync(edge);
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1, 2)"));

        Reply commit = await edge.PostAsync($"/transaction/{id}/commit", null);
        Reply again = await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.Equal((400, "P2003"), (commit.Status, commit.Code));
        Assert.Contains("that was rolled back", again.Message, StringComparison.Ordinal);
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task A_commit_after_a_swallowed_error_is_not_called_a_success()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"));
        Assert.Equal(400, (await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"))).Status);

        Reply commit = await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.Equal((409, "P2028"), (commit.Status, commit.Code));
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_connection_that_breaks_takes_its_transaction_with_it()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"));
        await edge.AskAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        );

        Reply query = await edge.PostAsync($"/transaction/{id}/query", Plans.RawQuery("SELECT 1"));
        Reply commit = await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.Equal((500, "P1017"), (query.Status, query.Code));
        Assert.Contains("that was rolled back", commit.Message, StringComparison.Ordinal);
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task A_commit_on_a_dead_connection_does_not_claim_to_know()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);
        await edge.AskAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        );

        Reply commit = await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.Equal((500, "P1017"), (commit.Status, commit.Code));
        Assert.Contains("unknown", commit.Message, StringComparison.Ordinal);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task Commits_and_rollbacks_are_told_to_a_client_that_listens()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        string id = await BeginAsync(edge);

        Reply commit = await edge.PostAsync($"/transaction/{id}/commit", null, ("X-Capture-Telemetry", "query"));

        JsonElement logs = commit.Json.GetProperty("extensions").GetProperty("logs");
        Assert.Equal("COMMIT", Assert.Single(logs.EnumerateArray()).GetProperty("attributes").GetProperty("query").GetString());
    }

    [Fact]
    public async Task A_transaction_node_inside_a_transaction_begins_none_of_its_own()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);

        Reply reply = await edge.PostAsync($"/transaction/{id}/query", Plans.Transaction("INSERT INTO t VALUES (1)"));

        Assert.Equal(200, reply.Status);
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
        await edge.PostAsync($"/transaction/{id}/rollback", null);
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Stopping_the_platform_rolls_back_what_is_open()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Table);
        string id = await BeginAsync(edge);
        await edge.PostAsync($"/transaction/{id}/query", Plans.RawExecute("INSERT INTO t VALUES (1)"));

        await edge.StopAsync();

        Assert.Equal(0, edge.Service<TransactionTable>().OpenCount);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
        await edge.WaitForAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "0"
        );
        Assert.Equal("0", await edge.AskAsync("SELECT count(*) FROM t"));
    }

    private const string Asleep =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%asleep%' AND state = 'active'";

    private static async Task<string> BeginAsync(EdgeHost edge, string body = "{}")
    {
        Reply reply = await edge.PostAsync("/transaction/start", body);
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json.GetProperty("id").GetString()!;
    }
}
