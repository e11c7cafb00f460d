using System.Text.Json;
using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>What clients 5 and 6 are told about the work behind an answer, when they ask.</summary>
public sealed class TelemetryTests
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static readonly string FindAuthor = OlderClient.Query(
        "Author",
        "findFirst",
        """{"where":{"id":{"gt":0},"name":"Ann"}}""",
        """{"id":true}"""
    );

    [Fact]
    public async Task Statements_come_with_their_parameters_and_times()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/graphql", FindAuthor, ("X-Capture-Telemetry", "info, query"));

        JsonElement extensions = reply.Json.GetProperty("extensions");
        Assert.False(extensions.TryGetProperty("traces", out _));
        JsonElement log = Assert.Single(extensions.GetProperty("logs").EnumerateArray());
        Assert.Equal("query", log.GetProperty("level").GetString());
        Assert.Equal(2, log.GetProperty("timestamp").GetArrayLength());
        JsonElement attributes = log.GetProperty("attributes");
        Assert.StartsWith("SELECT", attributes.GetProperty("query").GetString(), StringComparison.Ordinal);
        // Numbers bare and texts in quotes, as Prisma's engine shows them.
        Assert.StartsWith("[0,\"Ann\"", attributes.GetProperty("params").GetString(), StringComparison.Ordinal);
        Assert.True(attributes.GetProperty("duration_ms").GetDouble() >= 0);
    }

    [Fact]
    public async Task A_statement_that_failed_is_told_too()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/graphql", Blog.CreateAuthor(1, "O'Neil"), ("X-Capture-Telemetry", "query"));

        Assert.True(reply.Json.TryGetProperty("errors", out _));
        JsonElement attributes = reply.Json.GetProperty("extensions").GetProperty("logs")[0].GetProperty("attributes");
        Assert.StartsWith("INSERT", attributes.GetProperty("query").GetString(), StringComparison.Ordinal);
        Assert.Equal("""[1,"O'Neil"]""", attributes.GetProperty("params").GetString());
    }

    [Theory]
    [InlineData("error")]
    [InlineData("info")]
    [InlineData(null)]
    public async Task Nobody_who_does_not_ask_gets_any(string? asked)
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(client.Root + "/graphql", FindAuthor, asked is null ? [] : [("X-Capture-Telemetry", asked)]);

        Assert.Equal("""{"data":{"findFirstAuthor":{"id":1}}}""", reply.Text);
    }

    [Fact]
    public async Task Spans_are_a_tree_of_the_request_its_connection_and_its_statements()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);

        Reply reply = await client.PostAsync(
            client.Root + "/graphql",
            OlderClient.Transaction("{}", FindAuthor, Blog.CreateAuthor(3, "Cat")),
            ("X-Capture-Telemetry", "tracing, error"),
            ("traceparent", TraceParent)
        );

        JsonElement extensions = reply.Json.GetProperty("extensions");
        Assert.False(extensions.TryGetProperty("logs", out _));
        JsonElement[] spans = [.. extensions.GetProperty("traces").EnumerateArray()];
        JsonElement root = Assert.Single(spans, span => span.GetProperty("parentId").ValueKind == JsonValueKind.Null);
        Assert.Equal("prisma:engine:query", root.GetProperty("name").GetString());
        Assert.Equal(spans.Length, spans.Select(span => span.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(spans.Skip(1), span => Assert.Equal(root.GetProperty("id").GetString(), span.GetProperty("parentId").GetString()));
        Assert.Equal("prisma:engine:connection", spans[1].GetProperty("name").GetString());
        string[] statements =
        [
            .. spans
                .Where(span => span.GetProperty("name").GetString() == "prisma:engine:db_query")
                .Select(span => span.GetProperty("attributes").GetProperty("db.query.text").GetString()!),
        ];
        Assert.Equal(("BEGIN", "COMMIT"), (statements[0], statements[^1]));
        Assert.All(spans, span => Assert.True(Time(span, "startTime") <= Time(span, "endTime")));
        Assert.True(Time(root, "startTime") <= spans.Min(span => Time(span, "startTime")));
    }

    [Fact]
    public async Task Clients_before_6_1_get_spans_that_are_placed_in_their_trace_already()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge, "5.22.0");

        Reply placed = await client.PostAsync(
            client.Root + "/graphql",
            FindAuthor,
            ("X-Capture-Telemetry", "tracing"),
            ("traceparent", TraceParent)
        );
        Reply lost = await client.PostAsync(
            client.Root + "/graphql",
            FindAuthor,
            ("X-Capture-Telemetry", "tracing"),
            ("traceparent", "00-10-10-00")
        );

        JsonElement[] spans = [.. placed.Json.GetProperty("extensions").GetProperty("traces").EnumerateArray()];
        Assert.All(spans, span => Assert.Equal("0af7651916cd43dd8448eb211c80319c", span.GetProperty("trace_id").GetString()));
        Assert.Equal("b7ad6b7169203331", spans[0].GetProperty("parent_span_id").GetString());
        Assert.All(
            spans.Skip(1),
            span => Assert.Equal(spans[0].GetProperty("span_id").GetString(), span.GetProperty("parent_span_id").GetString())
        );
        Assert.Matches("^[0-9a-f]{16}$", spans[0].GetProperty("span_id").GetString());
        Assert.False(lost.Json.TryGetProperty("extensions", out _));
    }

    [Fact]
    public async Task The_ends_of_transactions_are_traced_under_their_own_names()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        (string, string) tracing = ("X-Capture-Telemetry", "tracing");

        Reply start = await client.PostAsync(client.Root + "/transaction/start", """{"max_wait":20000}""", tracing);
        string transaction = new Uri(start.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString()!).AbsolutePath;
        Reply rollback = await client.PostAsync(transaction + "/rollback", null, tracing);

        Assert.Equal(["prisma:engine:start_transaction", "prisma:engine:connection", "prisma:engine:db_query"], Names(start));
        Assert.Equal(["prisma:engine:rollback_transaction", "prisma:engine:db_query"], Names(rollback));
    }

    private static string[] Names(Reply reply) =>
        [
            .. reply
                .Json.GetProperty("extensions")
                .GetProperty("traces")
                .EnumerateArray()
                .Select(span => span.GetProperty("name").GetString()!),
        ];

    private static double Time(JsonElement span, string name) =>
        span.GetProperty(name)[0].GetInt64() + (span.GetProperty(name)[1].GetInt64() / 1e9);
}
