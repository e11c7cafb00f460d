using System.Net;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>Interactive transactions of clients 5 and 6; what they share with those of client 7 is tested there.</summary>
public sealed class InteractiveTransactionTests
{
    private static readonly (string, string) Listening = ("X-Capture-Telemetry", "query");
    private static readonly string FindAuthors = OlderClient.Query("Author", "findMany", """{"orderBy":{"id":"asc"}}""", """{"id":true}""");

    [Fact]
    public async Task A_transaction_is_seen_by_others_when_it_is_committed()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync("""{"max_wait":20000,"timeout":5000,"isolation_level":"RepeatableRead"}""");

        Reply write = await client.PostAsync(transaction + "/graphql", Blog.CreateAuthor(3, "Cat"));
        Reply inside = await client.PostAsync(transaction + "/graphql", FindAuthors);
        string? outside = await edge.AskAsync("""SELECT count(*) FROM "Author" """);
        Reply commit = await client.PostAsync(transaction + "/commit", null);

        Assert.Equal("""{"data":{"createOneAuthor":{"id":3}}}""", write.Text);
        Assert.Equal("""{"data":{"findManyAuthor":[{"id":1},{"id":2},{"id":3}]}}""", inside.Text);
        Assert.Equal("2", outside);
        Assert.Equal((200, "{}"), (commit.Status, commit.Text));
        Assert.Equal("3", await edge.AskAsync("""SELECT count(*) FROM "Author" """));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task A_transaction_rolled_back_leaves_nothing()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync();

        await client.PostAsync(transaction + "/graphql", Blog.CreateAuthor(3, "Cat"));
        Reply rollback = await client.PostAsync(transaction + "/rollback", null);

        Assert.Equal((200, "{}"), (rollback.Status, rollback.Text));
        Assert.Equal("2", await edge.AskAsync("""SELECT count(*) FROM "Author" """));
    }

    [Fact]
    public async Task Its_statements_are_told_to_those_who_listen()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply start = await client.PostAsync(
            client.Root + "/transaction/start",
            """{"max_wait":20000,"timeout":5000,"isolation_level":"Serializable"}""",
            Listening
        );
        string transaction = new Uri(start.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString()!).AbsolutePath;
        Reply query = await client.PostAsync(transaction + "/graphql", FindAuthors, Listening);
        Reply commit = await client.PostAsync(transaction + "/commit", null, Listening);
        Reply silent = await client.PostAsync(await client.StartAsync() + "/rollback", null);

        Assert.Equal(["BEGIN", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"], Statements(start));
        Assert.StartsWith("SELECT", Assert.Single(Statements(query)), StringComparison.Ordinal);
        Assert.Equal(["COMMIT"], Statements(commit));
        Assert.Equal("{}", silent.Text);
    }

    [Fact]
    public async Task A_batch_in_it_runs_in_order_and_stops_at_the_first_failure()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync();

        Reply good = await client.PostAsync(transaction + "/graphql", OlderClient.Batch(Blog.CreateAuthor(3, "Cat"), FindAuthors));
        Reply bad = await client.PostAsync(
            transaction + "/graphql",
            OlderClient.Batch(Blog.CreateAuthor(4, "Dan"), Blog.CreateAuthor(3, "Eve"), FindAuthors)
        );
        await client.PostAsync(transaction + "/rollback", null);

        Assert.Equal(
            """{"batchResult":[{"data":{"createOneAuthor":{"id":3}}},{"data":{"findManyAuthor":[{"id":1},{"id":2},{"id":3}]}}]}""",
            good.Text
        );
        JsonElement error = Error(bad);
        Assert.Equal(("P2002", 1), (error.GetProperty("error_code").GetString(), error.GetProperty("batch_request_idx").GetInt32()));
    }

    [Fact]
    public async Task A_transaction_that_is_over_says_so_in_the_engines_words()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string committed = await client.StartAsync();
        await client.PostAsync(committed + "/commit", null);
        string rolledBack = await client.StartAsync();
        await client.PostAsync(rolledBack + "/rollback", null);

        AssertOver(
            await client.PostAsync(committed + "/graphql", FindAuthors),
            "Transaction already closed: A query cannot be executed on a committed transaction."
        );
        AssertOver(
            await client.PostAsync(rolledBack + "/graphql", OlderClient.Batch(FindAuthors, Blog.CreateAuthor(3, "Cat"))),
            "Transaction already closed: A batch query cannot be executed on a transaction that was rolled back."
        );
        AssertOver(
            await client.PostAsync(client.Root + "/itx/nope/graphql", FindAuthors),
            "Transaction not found. Transaction ID is invalid, refers to an old closed transaction Prisma doesn't have information about anymore, or was obtained before disconnecting."
        );
        Reply commit = await client.PostAsync(committed + "/commit", null);
        Assert.Equal(409, commit.Status);
        Assert.Equal("P2028", commit.Json.GetProperty("error_code").GetString());
        Assert.Equal(
            "Transaction API error: Transaction already closed: A commit cannot be executed on a committed transaction.",
            commit.Json.GetProperty("message").GetString()
        );
        Assert.Equal(
            """{"error":"Transaction already closed: A commit cannot be executed on a committed transaction."}""",
            commit.Json.GetProperty("meta").GetRawText()
        );
    }

    [Fact]
    public async Task An_expired_transaction_says_how_long_it_took()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await Blog.StartAsync(timeProvider: time);
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync("""{"max_wait":20000,"timeout":150}""");
        await client.PostAsync(transaction + "/graphql", Blog.CreateAuthor(3, "Cat"));

        time.Advance(TimeSpan.FromMilliseconds(400));

        AssertOver(
            await client.PostAsync(transaction + "/graphql", FindAuthors),
            "Transaction already closed: A query cannot be executed on an expired transaction. The timeout for this transaction was 150 ms, however 400 ms passed since the start of the transaction. Consider increasing the interactive transaction timeout or doing less work in the transaction."
        );
        await edge.WaitForAsync("""SELECT count(*) FROM "Author" """, "2");
    }

    [Fact]
    public async Task A_transaction_that_gets_no_connection_in_time_is_P2028()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Engine.ConnectionsPerInstance = 3);
        OlderClient client = await Blog.ClientAsync(edge);
        string first = await client.StartAsync();

        Reply second = await client.PostAsync(client.Root + "/transaction/start", """{"max_wait":50,"timeout":5000}""");
        await client.PostAsync(first + "/rollback", null);

        Assert.Equal(409, second.Status);
        Assert.Equal("P2028", second.Json.GetProperty("error_code").GetString());
        Assert.Equal(
            "Transaction API error: Unable to start a transaction in the given time.",
            second.Json.GetProperty("message").GetString()
        );
    }

    [Theory]
    [InlineData("""{"max_wait":20000,"timeout":5000,"isolation_level":"Nope"}""", 400, "P2023")]
    [InlineData("""{"max_wait":20000,"timeout":99999999}""", 400, "P6005")]
    [InlineData("""{"max_wait":"soon"}""", 400, "P6000")]
    [InlineData("null", 400, "P6000")]
    public async Task A_start_that_asks_for_too_much_is_refused_for_good(string body, int status, string code)
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/transaction/start", body);

        Assert.Equal(status, reply.Status);
        Assert.False(reply.Json.GetProperty("is_panic").GetBoolean());
        Assert.Equal(code, reply.Json.GetProperty("error_code").GetString());
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task Zero_means_very_short_and_not_absent()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        string transaction = await client.StartAsync("""{"max_wait":20000,"timeout":0}""");
        await edge.WaitForAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'", "0");

        Assert.Equal("P2028", Error(await client.PostAsync(transaction + "/graphql", FindAuthors)).GetProperty("error_code").GetString());
    }

    [Fact]
    public async Task The_key_of_another_database_does_not_find_it()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync();
        DatabaseId otherId = DatabaseId.New();
        edge.Instances.Set(otherId, edge.Database);
        using HttpClient http = edge.NewClient(edge.Keys.Add(otherId));
        var other = new OlderClient(http, Blog.Schema);
        await other.UploadAsync();

        Reply query = await other.PostAsync(transaction + "/graphql", FindAuthors);
        Reply commit = await other.PostAsync(transaction + "/commit", null);
        Reply own = await client.PostAsync(transaction + "/commit", null);

        Assert.Contains("Transaction not found", Error(query).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(409, commit.Status);
        Assert.Equal(200, own.Status);
    }

    [Theory]
    [InlineData("localhost:4466", "6.19.3", "http://localhost:4466")]
    [InlineData("127.0.0.1:4466", "6.8.0", "http://127.0.0.1:4466")]
    [InlineData("[::1]:4466", "6.19.3", "http://[::1]:4466")]
    [InlineData("db.localhost", "6.19.3", "http://db.localhost")]
    [InlineData("db.example.com", "6.19.3", "https://db.example.com")]
    [InlineData("localhost:4466", "6.7.0", "https://localhost:4466")]
    [InlineData("localhost:4466", "5.22.0", "https://localhost:4466")]
    public async Task The_address_of_a_transaction_has_the_scheme_that_the_client_speaks_to_that_host(
        string host,
        string version,
        string origin
    )
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge, version);

        Reply reply = await client.PostAsync(
            client.Root + "/transaction/start",
            """{"max_wait":20000}""",
            ("Host", host),
            ("X-Forwarded-Proto", "gopher"),
            ("X-Forwarded-Host", "evil.example")
        );

        string id = reply.Json.GetProperty("id").GetString()!;
        Assert.Matches("^[0-9a-z]+$", id);
        Assert.Equal($"{origin}{client.Root}/itx/{id}", reply.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString());
    }

    [Theory]
    [InlineData(false, "http://127.0.0.1")]
    [InlineData(true, "https://db.example.com")]
    public async Task Forwarded_headers_count_only_where_they_are_trusted(bool areTrusted, string origin)
    {
        await using EdgeHost edge = await Blog.StartAsync(options =>
            options.TrustedProxies = areTrusted ? [IPNetwork.Parse("127.0.0.0/8")] : []
        );
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/transaction/start",
            """{"max_wait":20000}""",
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "db.example.com")
        );

        Assert.StartsWith(origin, reply.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_origin_goes_before_all_that_requests_say()
    {
        await using EdgeHost edge = await Blog.StartAsync(options =>
        {
            options.PublicOrigin = new Uri("https://db.example.com:8443");
            options.TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")];
        });
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/transaction/start", """{"max_wait":20000}""", ("X-Forwarded-Proto", "http"));

        Assert.StartsWith(
            "https://db.example.com:8443/6.19.3/",
            reply.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString(),
            StringComparison.Ordinal
        );
    }

    private static void AssertOver(Reply reply, string text)
    {
        Assert.Equal(200, reply.Status);
        JsonElement error = Error(reply);
        Assert.Equal("P2028", error.GetProperty("error_code").GetString());
        Assert.Equal("Transaction API error: " + text, error.GetProperty("message").GetString());
        Assert.Equal(text, error.GetProperty("meta").GetProperty("error").GetString());
    }

    private static JsonElement Error(Reply reply) =>
        Assert.Single(reply.Json.GetProperty("errors").EnumerateArray()).GetProperty("user_facing_error");

    private static string[] Statements(Reply reply) =>
        [
            .. reply
                .Json.GetProperty("extensions")
                .GetProperty("logs")
                .EnumerateArray()
                .Select(log => log.GetProperty("attributes").GetProperty("query").GetString()!),
        ];
}
