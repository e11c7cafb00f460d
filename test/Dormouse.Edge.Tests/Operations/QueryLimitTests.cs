using System.Text.Json;
using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>The bounds of one query of clients 5 and 6, each with an error that says which it was.</summary>
public sealed class QueryLimitTests
{
    [Fact]
    public async Task Depth()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Engine.MaxQueryDepth = 32);
        OlderClient client = await Blog.ClientAsync(edge);
        string Nested(int levels) =>
            OlderClient.Query(
                "Author",
                "findMany",
                string.Concat(Enumerable.Repeat("""{"where":{"NOT":""", 1))
                    + string.Concat(Enumerable.Repeat("""{"NOT":""", levels))
                    + """{"id":1}"""
                    + new string('}', levels + 2)
            );

        Assert.Equal(200, (await client.PostAsync(client.Root + "/graphql", Nested(10))).Status);
        AssertRefused(await client.PostAsync(client.Root + "/graphql", Nested(60)), "nested too deeply");
        // Far beyond it, without harm.
        AssertRefused(await client.PostAsync(client.Root + "/graphql", Unparsed(3_000)), "nested too deeply");
    }

    [Fact]
    public async Task Parts()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Engine.MaxQueryParts = 200);
        OlderClient client = await Blog.ClientAsync(edge);
        string conditions = string.Join(',', Enumerable.Range(0, 300).Select(id => $$$$$$"""{"id":{{{{{{id}}}}}}}"""));

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Query("Author", "findMany", $$$$$$"""{"where":{"OR":[{{{{{{conditions}}}}}}]}}""")
        );

        AssertRefused(reply, "at most 200");
    }

    [Fact]
    public async Task Bytes_of_an_error()
    {
        const int Bound = 1024;
        await using EdgeHost edge = await Blog.StartAsync(options => options.Engine.MaxErrorBytes = Bound);
        OlderClient client = await Blog.ClientAsync(edge);
        const int Levels = 25;
        string conditions =
            string.Concat(Enumerable.Repeat("""{"AND":[""", Levels)) + """{"nope":1}""" + string.Concat(Enumerable.Repeat("]}", Levels));

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Query("Author", "findMany", $$$"""{"where":{{{conditions}}}}""")
        );

        AssertRefused(reply, "Unable to match input value");
        // The message comes twice, and what is written when the bound is met is finished.
        Assert.InRange(reply.Json.GetRawText().Length, Bound, 8 * Bound);
    }

    [Fact]
    public async Task Rows()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Engine.MaxRows = 2);
        OlderClient client = await Blog.ClientAsync(edge);

        AssertRefused(await client.PostAsync(client.Root + "/graphql", OlderClient.Query("Post", "findMany")), "2");
        Assert.False(
            (await client.PostAsync(client.Root + "/graphql", OlderClient.Query("Author", "findMany"))).Json.TryGetProperty("errors", out _)
        );
    }

    [Fact]
    public async Task Bytes_of_an_answer()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Limits.MaxAnswerBytes = 1024);
        OlderClient client = await Blog.ClientAsync(edge);
        await edge.AskAsync("""UPDATE "Author" SET name = repeat(name, 1000)""");

        Reply reply = await client.PostAsync(client.Root + "/graphql", OlderClient.Query("Author", "findMany"));

        Assert.Equal(422, reply.Status);
        Assert.Equal("P6009", reply.Json.GetProperty("error_code").GetString());
        Assert.Contains("1024", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_of_a_body()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Limits.MaxBodyBytes = 4096);
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(3, new string('x', 5000)));

        Assert.Equal(413, reply.Status);
        Assert.False(reply.Json.GetProperty("is_panic").GetBoolean());
    }

    [Fact]
    public async Task Time()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Limits.QueryTimeout = TimeSpan.FromMilliseconds(300));
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/graphql", OlderClient.Query("Sleeper", "findMany"));

        Assert.Equal((504, "P6004"), (reply.Status, reply.Json.GetProperty("code").GetString()));
    }

    private static string Unparsed(int levels) =>
        """{"modelName":"Author","action":"findMany","query":{"arguments":{"where":"""
        + string.Concat(Enumerable.Repeat("""{"NOT":""", levels))
        + "{}"
        + new string('}', levels)
        + """},"selection":{"$scalars":true}}}""";

    private static void AssertRefused(Reply reply, string text)
    {
        Assert.Equal(200, reply.Status);
        JsonElement error = Assert.Single(reply.Json.GetProperty("errors").EnumerateArray()).GetProperty("user_facing_error");
        Assert.Contains(text, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
