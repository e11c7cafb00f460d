using System.Diagnostics;
using Dormouse.Contracts;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Edge.Tracing;
using Dormouse.Testing;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Tests.Tracing;

/// <summary>The spans that requests leave behind, and how they hang together.</summary>
public sealed class EdgeTracesTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    private static readonly (string, string) Parent = ("traceparent", $"00-{Trace}-{Caller}-01");
    private static readonly (string, string) Strategy = ("cache-control", "max-age=60,stale-while-revalidate=600");
    private static readonly string Ask = Plans.Compiled("query", "SELECT 1 AS n");

    [Fact]
    public async Task Each_stage_of_a_query_is_a_span_below_that_of_its_request_and_this_below_the_callers()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);

        Reply reply = await edge.QueryAsync(Ask, Parent);

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Activity request = trace[0];
        Assert.Equal(["POST /query", "authenticate", "plan", "route", "pool", "SELECT", "serialise"], Names(trace));
        Assert.Equal((Caller, true), (request.ParentSpanId.ToHexString(), request.HasRemoteParent));
        Assert.All(trace.Skip(1), stage => Assert.Equal(request.SpanId, stage.ParentSpanId));
        Assert.Equal(request.Id, reply.Header("traceresponse"));
        Assert.Equal(
            [
                ("db.namespace", edge.Id.ToString()),
                ("dormouse.protocol", "b"),
                ("http.request.method", "POST"),
                ("http.response.status_code", "200"),
                ("http.route", "/query"),
                ("url.scheme", "http"),
            ],
            Tags(request)
        );
        Assert.Equal(
            [("db.namespace", edge.Id.ToString()), ("db.operation.name", "SELECT"), ("db.system.name", "postgresql")],
            Tags(trace[5])
        );
        Assert.Equal(ActivityKind.Client, trace[5].Kind);
        Assert.All(trace, span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
    }

    [Fact]
    public async Task An_operation_of_protocol_A_has_the_same_stages()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        using var spans = new Spans(edge);

        await client.QueryAsync(OlderClient.Query("Author", "findMany"));

        await Eventually.TrueAsync(() => spans.All.Any(span => span.Kind == ActivityKind.Server));
        Assert.Equal(["POST /{version}/{hash}/graphql", "authenticate", "plan", "route", "pool", "SELECT", "serialise"], Names(spans.All));
    }

    [Fact]
    public async Task A_cached_answer_ends_at_the_cache_and_a_miss_goes_on()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);

        Reply miss = await edge.QueryAsync(Ask, Strategy);
        Reply hit = await edge.QueryAsync(Ask, Strategy);

        IReadOnlyList<Activity> missed = await spans.OfAsync(TraceOf(miss));
        IReadOnlyList<Activity> found = await spans.OfAsync(TraceOf(hit));
        Assert.Equal(["POST /query", "authenticate", "cache", "plan", "route", "pool", "SELECT", "serialise"], Names(missed));
        Assert.Equal(["POST /query", "authenticate", "cache"], Names(found));
        Assert.Equal(("nothing", "fresh"), (missed[2].GetTagItem("dormouse.cache.found"), found[2].GetTagItem("dormouse.cache.found")));
        Assert.Equal(("miss", "ttl"), (missed[0].GetTagItem("dormouse.cache.status"), found[0].GetTagItem("dormouse.cache.status")));
        Assert.Equal(default, found[0].ParentSpanId);
    }

    [Fact]
    public async Task A_refresh_of_a_stale_answer_hangs_below_the_request_that_found_it_stale()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(null, time);
        using var spans = new Spans(edge);
        await edge.QueryAsync(Ask, Strategy);
        time.Advance(TimeSpan.FromSeconds(61));

        await edge.QueryAsync(Ask, Strategy, Parent);

        await Eventually.TrueAsync(() => spans.Of(Trace).Any(span => span.OperationName == "refresh"));
        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Activity refresh = trace.Single(span => span.OperationName == "refresh");
        Assert.Equal(trace[0].SpanId, refresh.ParentSpanId);
        Assert.Equal(refresh.SpanId, trace.Single(span => span.OperationName == "SELECT").ParentSpanId);
        Assert.Equal("stale", trace.Single(span => span.OperationName == "cache").GetTagItem("dormouse.cache.found"));
    }

    [Fact]
    public async Task Who_waits_for_anothers_query_shares_it()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);
        edge.Instances.Wake = new TaskCompletionSource();
        Task<Reply> first = edge.QueryAsync(Ask, Strategy);
        await Eventually.EqualAsync(1, () => edge.Instances.WakesAwaited);
        Task<Reply> second = edge.QueryAsync(Ask, Strategy, Parent);
        await Eventually.TrueAsync(() => spans.HasBegun(Trace, "share"));

        edge.Instances.Wake.SetResult();
        await Task.WhenAll(first, second);

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Assert.Equal(["POST /query", "authenticate", "cache", "plan", "share"], Names(trace));
        Assert.Equal(1, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task A_wake_is_a_span_below_the_route()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);
        edge.Instances.Wake = new TaskCompletionSource();

        Task<Reply> waiting = edge.QueryAsync(Ask, Parent);
        await Eventually.EqualAsync(1, () => edge.Instances.WakesAwaited);
        edge.Instances.Wake.SetResult();
        await waiting;

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Assert.Equal(["POST /query", "authenticate", "plan", "route", "wake", "pool", "SELECT", "serialise"], Names(trace));
        Assert.Equal(trace[3].SpanId, trace[4].ParentSpanId);
        Assert.Equal("instance", trace[3].GetTagItem("dormouse.route"));
    }

    [Fact]
    public async Task A_wake_that_fails_is_an_error_of_its_stages_and_of_the_request()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);
        edge.Instances.Wake = new TaskCompletionSource();
        edge.Instances.Failure = new DormouseException(FailureKind.ComputeAsleep, "DM3001", "It does not wake.");

        Task<Reply> waiting = edge.QueryAsync(Ask, Parent);
        await Eventually.EqualAsync(1, () => edge.Instances.WakesAwaited);
        edge.Instances.Wake.SetResult();
        await waiting;

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Assert.Equal(["POST /query", "route", "wake"], Names(trace.Where(span => span.Status == ActivityStatusCode.Error)));
        Assert.Equal(("503", "P6008"), (Tag(trace[0], "http.response.status_code"), Tag(trace[0], "error.type")));
    }

    [Fact]
    public async Task A_query_that_the_server_refuses_has_its_code_and_no_text_of_it()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);

        await edge.QueryAsync(Plans.RawQuery("SELECT 1/0, 'hunter2', $1::text", "topsecret"), Parent);

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Activity statement = trace.Single(span => span.Kind == ActivityKind.Client);
        Assert.Equal((ActivityStatusCode.Error, null), (statement.Status, statement.StatusDescription));
        Assert.Equal(("22012", "22012"), (Tag(statement, "db.response.status_code"), Tag(statement, "error.type")));
        // The caller's error, not the server's.
        Assert.Equal(ActivityStatusCode.Unset, trace[0].Status);
        Assert.Equal(("400", "P2010"), (Tag(trace[0], "http.response.status_code"), Tag(trace[0], "dormouse.failure.code")));
        Assert.DoesNotContain(trace, span => span.DisplayName.Contains("1/0", StringComparison.Ordinal));
        Assert.DoesNotContain(trace.SelectMany(Tags), tag => tag.Value.Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain(trace.SelectMany(Tags), tag => tag.Value.Contains("topsecret", StringComparison.Ordinal));
        Assert.DoesNotContain(trace.SelectMany(Tags), tag => tag.Value.Contains(edge.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_key_ends_at_authentication()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);
        using HttpClient stranger = edge.NewClient("wrong");

        await Reply.OfAsync(stranger, HttpMethod.Post, "/query", Ask, Parent);

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Assert.Equal(["POST /query", "authenticate"], Names(trace));
        Assert.Equal((ActivityStatusCode.Unset, ActivityStatusCode.Error), (trace[0].Status, trace[1].Status));
        Assert.Equal("401", Tag(trace[0], "http.response.status_code"));
    }

    [Fact]
    public async Task Each_request_of_a_transaction_is_traced_by_itself_with_its_BEGIN_and_COMMIT()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);

        Reply start = await edge.PostAsync("/transaction/start", """{"maxWait":20000,"timeout":60000}""", Parent);
        string path = "/transaction/" + start.Json.GetProperty("id").GetString();
        await edge.PostAsync(path + "/query", Plans.RawQuery("SELECT 1"), Parent);
        await edge.PostAsync(path + "/commit", "{}", Parent);

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace, requests: 3);
        Assert.Equal(
            [
                "POST /transaction/start",
                "authenticate",
                "route",
                "pool",
                "BEGIN",
                "POST /transaction/{id}/query",
                "authenticate",
                "plan",
                "SELECT",
                "serialise",
                "POST /transaction/{id}/commit",
                "authenticate",
                "COMMIT",
            ],
            Names(trace)
        );
        Assert.All(trace.Where(span => span.Kind == ActivityKind.Server), span => Assert.Equal(Caller, span.ParentSpanId.ToHexString()));
    }

    [Fact]
    public async Task A_plan_in_a_transaction_of_its_own_has_its_COMMIT_behind_its_statements()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);

        await edge.QueryAsync(Plans.Transaction("CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)", "NOTIFY t"), Parent);

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace);
        Assert.Equal(["CREATE", "INSERT", "postgresql", "COMMIT"], Names(trace.Where(span => span.Kind == ActivityKind.Client)));
    }

    [Theory]
    [InlineData("00-10-10-00")] // What Prisma's clients send that trace nothing.
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g")]
    public async Task A_parent_that_is_not_what_the_standard_says_is_ignored(string header)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);

        Reply reply = await edge.QueryAsync(Ask, ("traceparent", header));

        Assert.Equal(200, reply.Status);
        IReadOnlyList<Activity> trace = await spans.OfAsync(TraceOf(reply));
        Assert.NotEqual(Trace, TraceOf(reply));
        Assert.Equal(default, trace[0].ParentSpanId);
    }

    [Fact]
    public void Two_parents_are_none_and_the_state_of_the_trace_is_kept_within_a_bound()
    {
        static ActivityContext Read(params (string Name, string[] Values)[] headers)
        {
            var context = new DefaultHttpContext();
            foreach ((string name, string[] values) in headers)
            {
                context.Request.Headers[name] = values;
            }
            return EdgeTraces.ParentOf(context.Request.Headers);
        }

        (string, string[]) parent = ("traceparent", [Parent.Item2]);

        Assert.Equal(default, Read(("traceparent", [Parent.Item2, Parent.Item2])));
        Assert.Equal("a=1,b=2", Read(parent, ("tracestate", ["a=1", "b=2"])).TraceState);
        ActivityContext flooded = Read(parent, ("tracestate", [new string('x', 513)]));
        Assert.Equal((Trace, null), (flooded.TraceId.ToHexString(), flooded.TraceState));
    }

    [Fact]
    public async Task What_the_caller_does_not_record_is_not_recorded_here_but_its_trace_is_named()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);

        Reply reply = await edge.QueryAsync(Ask, ("traceparent", $"00-{Trace}-{Caller}-00"));
        await spans.OfAsync(TraceOf(await edge.QueryAsync(Ask)));

        Assert.StartsWith($"00-{Trace}-", reply.Header("traceresponse"), StringComparison.Ordinal);
        Assert.EndsWith("-00", reply.Header("traceresponse"), StringComparison.Ordinal);
        Assert.Empty(spans.Of(Trace));
    }

    [Fact]
    public async Task What_a_request_asks_of_another_server_goes_on_in_its_trace()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var spans = new Spans(edge);
        var context = new DefaultHttpContext();
        context.Request.Headers.TraceParent = Parent.Item2;

        await edge.Service<EdgeTraces>().Over("POST", "/forwarded", "b", async _ => await edge.QueryAsync(Ask))(context);

        IReadOnlyList<Activity> trace = await spans.OfAsync(Trace, requests: 2);
        Assert.Equal(["POST /forwarded", "POST /query", "authenticate"], Names(trace).Take(3));
        // Below the span that HttpClient makes of the hop.
        Assert.NotEqual(Caller, trace[1].ParentSpanId.ToHexString());
    }

    [Fact]
    public async Task Without_a_listener_no_span_is_made_and_no_trace_named()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.QueryAsync(Ask, Parent);

        Assert.Equal((200, null), (reply.Status, reply.Header("traceresponse")));
    }

    [Fact]
    public void Without_a_listener_a_request_and_its_stages_allocate_nothing()
    {
        using var traces = new EdgeTraces();
        var seen = 0;
        DatabaseId database = DatabaseId.New();
        RequestDelegate handle = traces.Over("POST", "/query", "b", _ => Pass());
        var context = new DefaultHttpContext();
        handle(context);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            handle(context);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101, seen);

        Task Pass()
        {
            using Stage stage = Stage.Start("cache");
            stage.Tag("dormouse.cache.found", "fresh").End();
            using Stage statement = Stage.OfStatement(database, "SELECT 1");
            statement.End();
            Stage.Note(database);
            Stage.Note("dormouse.cache.status", "ttl");
            Stage.Was("serialise", default);
            seen += stage.IsRecorded || Stage.AreRecorded ? 0 : 1;
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("SELECT 1", "SELECT")]
    [InlineData("\n  select*", "SELECT")]
    [InlineData("COMMIT", "COMMIT")]
    [InlineData("ROLLBACK TO SAVEPOINT a", "ROLLBACK")]
    [InlineData("SELECTION", null)]
    [InlineData("select_secret", null)]
    [InlineData("-- hunter2\nSELECT 1", null)]
    [InlineData("hunter2", null)]
    [InlineData("", null)]
    public void A_statement_is_called_by_its_first_word_if_that_is_a_known_one(string sql, string? verb) =>
        Assert.Equal(verb, SqlVerb.Of(sql));

    private static IEnumerable<string> Names(IEnumerable<Activity> spans) => spans.Select(span => span.OperationName);

    private static string? Tag(Activity span, string name) => span.GetTagItem(name)?.ToString();

    private static IEnumerable<(string Name, string Value)> Tags(Activity span) =>
        span.TagObjects.Select(tag => (tag.Key, tag.Value?.ToString() ?? "")).Order();

    private static string TraceOf(Reply reply) => reply.Header("traceresponse")!.Split('-')[1];
}
