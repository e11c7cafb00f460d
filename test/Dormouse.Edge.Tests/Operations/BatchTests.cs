using System.Text.Json;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>Several queries in one request.</summary>
public sealed class BatchTests
{
    private static readonly (string, string) Listening = ("X-Capture-Telemetry", "query");
    private static readonly string CountAuthors = OlderClient.Query(
        "Author",
        "aggregate",
        "{}",
        """{"_count":{"arguments":{},"selection":{"_all":true}}}"""
    );

    [Fact]
    public async Task Without_a_transaction_each_query_succeeds_or_fails_alone()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Batch(
                Blog.CreateAuthor(3, "Cat"),
                Blog.CreateAuthor(3, "Dan"),
                OlderClient.Query("Author", "findMany", """{"nope":1}"""),
                CountAuthors
            )
        );

        JsonElement results = reply.Json.GetProperty("batchResult");
        Assert.Equal("""{"data":{"createOneAuthor":{"id":3}}}""", results[0].GetRawText());
        Assert.Equal("P2002", Error(results[1]).GetProperty("error_code").GetString());
        Assert.Equal("P2009", Error(results[2]).GetProperty("error_code").GetString());
        Assert.Equal("""{"data":{"aggregateAuthor":{"_count":{"_all":3}}}}""", results[3].GetRawText());
    }

    [Fact]
    public async Task In_a_transaction_all_queries_take_effect_and_are_answered_in_order()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string raw = OlderClient.Query(null, "executeRaw", """{"query":"DELETE FROM \"PostTag\"","parameters":"[]"}""", "{}");

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction("""{"isolationLevel":"Serializable"}""", Blog.CreateAuthor(3, "Cat"), raw, CountAuthors),
            Listening
        );

        Assert.Equal(
            """[{"data":{"createOneAuthor":{"id":3}}},{"data":{"executeRaw":3}},{"data":{"aggregateAuthor":{"_count":{"_all":3}}}}]""",
            reply.Json.GetProperty("batchResult").GetRawText()
        );
        string[] statements = Statements(reply);
        Assert.Equal(["BEGIN", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"], statements[..2]);
        Assert.Equal("COMMIT", statements[^1]);
        Assert.Single(statements, "BEGIN");
        Assert.Equal("3|0", await edge.AskAsync("""SELECT (SELECT count(*) FROM "Author") || '|' || (SELECT count(*) FROM "PostTag")"""));
    }

    [Fact]
    public async Task A_failed_transaction_takes_all_back_and_says_which_query_failed()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction("{}", Blog.CreateAuthor(3, "Cat"), Blog.CreateAuthor(4, "Cat"), CountAuthors),
            Listening
        );

        Assert.Equal(200, reply.Status);
        Assert.False(reply.Json.TryGetProperty("batchResult", out _));
        JsonElement error = Error(reply.Json);
        Assert.Equal(("P2002", 1), (error.GetProperty("error_code").GetString(), error.GetProperty("batch_request_idx").GetInt32()));
        Assert.Equal("ROLLBACK", Statements(reply)[^1]);
        Assert.Equal("2", await edge.AskAsync("""SELECT count(*) FROM "Author" """));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task A_transaction_with_a_wrong_query_does_not_begin()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction("{}", Blog.CreateAuthor(3, "Cat"), OlderClient.Query("Author", "findMany", """{"nope":1}"""))
        );

        JsonElement error = Error(reply.Json);
        Assert.Equal("P2009", error.GetProperty("error_code").GetString());
        Assert.False(error.TryGetProperty("batch_request_idx", out _));
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task A_constraint_that_fails_at_the_commit_fails_the_transaction()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        await edge.AskAsync("""ALTER TABLE "Post" ALTER CONSTRAINT "Post_authorId_fkey" DEFERRABLE INITIALLY DEFERRED""");
        OlderClient client = await Blog.ClientAsync(edge);
        string insert = OlderClient.Query(
            null,
            "executeRaw",
            """{"query":"INSERT INTO \"Post\" VALUES (9, 'orphan', 1, 99)","parameters":"[]"}""",
            "{}"
        );

        Reply reply = await client.PostAsync(client.Root + "/graphql", OlderClient.Transaction("{}", insert, CountAuthors));

        Assert.Equal("P2003", Error(reply.Json).GetProperty("error_code").GetString());
        Assert.Equal("3", await edge.AskAsync("""SELECT count(*) FROM "Post" """));
    }

    [Theory]
    [InlineData("Snapshot")]
    [InlineData("Nope")]
    public async Task An_isolation_level_that_does_not_exist_is_told_in_the_engines_words(string level)
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction($$$$$$"""{"isolationLevel":"{{{{{{level}}}}}}"}""", CountAuthors, CountAuthors)
        );

        JsonElement error = Error(reply.Json);
        Assert.Equal("P2023", error.GetProperty("error_code").GetString());
        Assert.Equal(
            $"Inconsistent column data: Conversion failed: Invalid isolation level `{level}`",
            error.GetProperty("message").GetString()
        );
    }

    [Fact]
    public async Task A_batch_beyond_the_bound_is_refused_before_anything_runs()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Limits.MaxBatchQueries = 3);
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Batch([.. Enumerable.Range(3, 4).Select(id => Blog.CreateAuthor(id, $"a{id}"))])
        );

        Assert.Equal(400, reply.Status);
        Assert.Contains("3 queries", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Theory]
    [InlineData("""{"batch":{}}""", "'batch' is not a list")]
    [InlineData("""{"batch":[],"transaction":3}""", "'transaction' is not an object")]
    [InlineData("""{"transaction":{}}""", "neither a query")]
    [InlineData("""{}""", "neither a query")]
    [InlineData("""[]""", "not a JSON object")]
    [InlineData("""{"batch":[{}""", "not JSON")]
    public async Task A_malformed_request_is_told_what_is_wrong(string body, string text)
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/graphql", body);

        Assert.Equal(400, reply.Status);
        Assert.Equal("P6000", reply.Json.GetProperty("error_code").GetString());
        Assert.Contains(text, reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_batch_has_an_empty_answer()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Assert.Equal("""{"batchResult":[]}""", (await client.PostAsync(client.Root + "/graphql", OlderClient.Batch())).Text);
        Assert.Equal("""{"batchResult":[]}""", (await client.PostAsync(client.Root + "/graphql", OlderClient.Transaction("{}"))).Text);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    private static JsonElement Error(JsonElement answer) =>
        Assert.Single(answer.GetProperty("errors").EnumerateArray()).GetProperty("user_facing_error");

    private static string[] Statements(Reply reply) =>
        [
            .. reply
                .Json.GetProperty("extensions")
                .GetProperty("logs")
                .EnumerateArray()
                .Select(log => log.GetProperty("attributes").GetProperty("query").GetString()!),
        ];
}
