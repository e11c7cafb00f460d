using System.Text.Json;
using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>What a client merges because it was asked for in one turn of its loop is one statement.</summary>
public sealed class MergedFindTests
{
    private static readonly (string, string) Listening = ("X-Capture-Telemetry", "error, query");

    [Fact]
    public async Task Look_ups_of_one_shape_are_one_statement_and_each_gets_its_own_record()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Batch(Author(2), Author(99), Author(1), Author(2)),
            Listening
        );

        Assert.Equal(
            """[{"data":{"findUniqueAuthor":{"name":"Bob"}}},{"data":{"findUniqueAuthor":null}},{"data":{"findUniqueAuthor":{"name":"Ann"}}},{"data":{"findUniqueAuthor":{"name":"Bob"}}}]""",
            Results(reply)
        );
        Assert.Single(Statements(reply));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"isolationLevel":"Serializable"}""")]
    public async Task As_an_array_transaction_too_since_one_statement_needs_none(string transaction)
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction(transaction, Author(1), Author(99)),
            Listening
        );

        Assert.Equal("""[{"data":{"findUniqueAuthor":{"name":"Ann"}}},{"data":{"findUniqueAuthor":null}}]""", Results(reply));
        Assert.Single(Statements(reply));
    }

    [Fact]
    public async Task A_record_that_must_be_there_and_is_not_fails_alone()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string[] queries = [.. new[] { 1, 99 }.Select(id => Author(id, "findUniqueOrThrow"))];

        Reply reply = await client.PostAsync(client.Root + "/graphql", OlderClient.Batch(queries), Listening);

        JsonElement results = reply.Json.GetProperty("batchResult");
        Assert.Equal("""{"data":{"findUniqueAuthorOrThrow":{"name":"Ann"}}}""", results[0].GetRawText());
        JsonElement error = results[1].GetProperty("errors")[0].GetProperty("user_facing_error");
        Assert.Equal("P2025", error.GetProperty("error_code").GetString());
        Assert.Equal("""{"cause":"No record was found for a query."}""", error.GetProperty("meta").GetRawText());
        Assert.Single(Statements(reply));
    }

    [Fact]
    public async Task A_wrong_key_is_the_failure_of_all_as_of_one_findMany()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string wrong = OlderClient.Query("Author", "findUnique", """{"where":{"id":"x"}}""", """{"name":true}""");

        Reply reply = await client.PostAsync(client.Root + "/graphql", OlderClient.Batch(Author(1), wrong), Listening);

        JsonElement error = reply.Json.GetProperty("errors")[0].GetProperty("user_facing_error");
        Assert.Equal("P2009", error.GetProperty("error_code").GetString());
        Assert.Contains("findManyAuthor", error.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relations_are_read_for_all_of_them_together()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        const string selection = """{"id":true,"posts":{"arguments":{"orderBy":{"id":"asc"}},"selection":{"title":true}}}""";
        string[] queries =
        [
            .. new[] { 2, 1, 2 }.Select(id =>
                OlderClient.Query("Author", "findUnique", $$$$$$"""{"where":{"id":{{{{{{id}}}}}}}}""", selection)
            ),
        ];

        Reply reply = await client.PostAsync(client.Root + "/graphql", OlderClient.Batch(queries), Listening);

        const string bob = """{"data":{"findUniqueAuthor":{"id":2,"posts":[{"title":"third"}]}}}""";
        const string ann = """{"data":{"findUniqueAuthor":{"id":1,"posts":[{"title":"first"},{"title":"second"}]}}}""";
        Assert.Equal($"[{bob},{ann},{bob}]", Results(reply));
        Assert.Equal(2, Statements(reply).Length);
    }

    [Fact]
    public async Task Different_arguments_of_relations_keep_them_apart()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string[] queries =
        [
            .. new[] { 1, 2 }.Select(take =>
                OlderClient.Query(
                    "Author",
                    "findUnique",
                    """{"where":{"id":1}}""",
                    $$$$$$"""{"posts":{"arguments":{"take":{{{{{{take}}}}}},"orderBy":{"id":"asc"}},"selection":{"id":true}}}"""
                )
            ),
        ];

        Reply reply = await client.PostAsync(client.Root + "/graphql", OlderClient.Batch(queries));

        Assert.Equal(
            """[{"data":{"findUniqueAuthor":{"posts":[{"id":1}]}}},{"data":{"findUniqueAuthor":{"posts":[{"id":1},{"id":2}]}}}]""",
            Results(reply)
        );
    }

    [Fact]
    public async Task Compound_keys_are_compared_by_the_database_as_their_columns_compare()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string Tag(int post, string tag) =>
            OlderClient.Query(
                "PostTag",
                "findUnique",
                $$$$$$"""{"where":{"postId_tag":{"postId":{{{{{{post}}}}}},"tag":"{{{{{{tag}}}}}}"}}}""",
                """{"since":true}"""
            );

        // char(4) takes no notice of blanks at the end.
        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Batch(Tag(1, "b"), Tag(2, "b"), Tag(2, "a  "), Tag(1, "a")),
            Listening
        );

        string Found(string day) =>
            $$$$$$"""{"data":{"findUniquePostTag":{"since":{"$type":"DateTime","value":"2024-01-{{{{{{day}}}}}}T00:00:00.000Z"}}}}""";
        Assert.Equal($"[{Found("02")},{{\"data\":{{\"findUniquePostTag\":null}}}},{Found("03")},{Found("01")}]", Results(reply));
        Assert.Single(Statements(reply));
    }

    [Fact]
    public async Task Times_are_keys_like_others()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string Since(string time) =>
            OlderClient.Query(
                "PostTag",
                "findUnique",
                $$$$$$"""{"where":{"tag_since":{"tag":"a","since":{"$type":"DateTime","value":"{{{{{{time}}}}}}"}}}}""",
                """{"postId":true}"""
            );

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Batch(Since("2024-01-03T00:00:00.000Z"), Since("2024-01-01T01:00:00.000+01:00")),
            Listening
        );

        Assert.Equal("""[{"data":{"findUniquePostTag":{"postId":2}}},{"data":{"findUniquePostTag":{"postId":1}}}]""", Results(reply));
        Assert.Single(Statements(reply));
    }

    [Fact]
    public async Task A_further_condition_beside_the_key_is_kept()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string Post(int id, string title) =>
            OlderClient.Query(
                "Post",
                "findUnique",
                $$$$$$"""{"where":{"id":{{{{{{id}}}}}},"title":"{{{{{{title}}}}}}"}}""",
                """{"id":true}"""
            );
        string Above(int id) =>
            OlderClient.Query("Post", "findUnique", $$$$$$"""{"where":{"id":{{{{{{id}}}}}},"price":{"gt":"1.9"}}}""", """{"id":true}""");

        Reply equal = await client.PostAsync(client.Root + "/graphql", OlderClient.Batch(Post(1, "first"), Post(2, "first")), Listening);
        Reply above = await client.PostAsync(client.Root + "/graphql", OlderClient.Batch(Above(1), Above(2)), Listening);

        Assert.Equal("""[{"data":{"findUniquePost":{"id":1}}},{"data":{"findUniquePost":null}}]""", Results(equal));
        Assert.Single(Statements(equal));
        Assert.Equal("""[{"data":{"findUniquePost":null}},{"data":{"findUniquePost":{"id":2}}}]""", Results(above));
        Assert.Equal(2, Statements(above).Length);
    }

    [Fact]
    public async Task Within_an_interactive_transaction_as_well()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string transaction = await client.StartAsync();

        Reply reply = await client.PostAsync(transaction + "/graphql", OlderClient.Batch(Author(1), Author(2)), Listening);
        await client.PostAsync(transaction + "/rollback", null);

        Assert.Equal("""[{"data":{"findUniqueAuthor":{"name":"Ann"}}},{"data":{"findUniqueAuthor":{"name":"Bob"}}}]""", Results(reply));
        Assert.Single(Statements(reply));
    }

    [Fact]
    public async Task A_thousand_look_ups_are_one_statement()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Batch([.. Enumerable.Range(0, 1000).Select(id => Author(id))]),
            Listening
        );

        JsonElement results = reply.Json.GetProperty("batchResult");
        Assert.Equal(1000, results.GetArrayLength());
        Assert.Equal(
            2,
            results
                .EnumerateArray()
                .Count(item => item.GetProperty("data").GetProperty("findUniqueAuthor").ValueKind == JsonValueKind.Object)
        );
        Assert.Single(Statements(reply));
    }

    private static string Author(int id, string action = "findUnique") =>
        OlderClient.Query("Author", action, $$$$$$"""{"where":{"id":{{{{{{id}}}}}}}}""", """{"name":true}""");

    private static string Results(Reply reply) =>
        reply.Json.TryGetProperty("batchResult", out JsonElement results) ? results.GetRawText() : reply.Text;

    private static string[] Statements(Reply reply) =>
        [
            .. reply
                .Json.GetProperty("extensions")
                .GetProperty("logs")
                .EnumerateArray()
                .Select(log => log.GetProperty("attributes").GetProperty("query").GetString()!),
        ];
}
