using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Caching;

/// <summary>The cache over HTTP, before a real database: what is kept, what never is, and what the answers say of it.</summary>
public sealed class CachedQueryTests
{
    private const string Counter =
        "CREATE SEQUENCE calls; CREATE FUNCTION asked() RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''calls'')'; CREATE TABLE t (id int PRIMARY KEY);";

    private static readonly string Ask = Plans.Compiled("query", "SELECT asked()::int AS n");
    private static readonly (string, string) Minute = ("cache-control", "max-age=60");
    private static readonly (string, string) Stale = ("cache-control", "max-age=60,stale-while-revalidate=600");

    [Fact]
    public async Task A_hit_says_what_it_is_and_wakes_nothing()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await StartAsync(time);

        Reply miss = await edge.QueryAsync(Ask, Minute);
        int leases = edge.Instances.LeasesEver;
        edge.Instances.Failure = new DormouseException(FailureKind.ComputeAsleep, "DM9999", "must not be asked");
        time.Advance(TimeSpan.FromSeconds(7));
        Reply hit = await edge.QueryAsync(Ask, Minute);

        Assert.Equal(("miss", "ttl"), (Status(miss), Status(hit)));
        Assert.Equal(miss.Text, hit.Text);
        Assert.Equal(leases, edge.Instances.LeasesEver);
        Assert.Equal((null, "7"), (miss.Header("age"), hit.Header("age")));
        Assert.Equal("Tue, 01 Jan 2030 00:00:00 GMT", hit.Header("last-modified"));
        Assert.Equal(miss.Header("last-modified"), hit.Header("last-modified"));
        Assert.Equal(miss.Header("accelerate-signature"), hit.Header("accelerate-signature"));
        Assert.Matches("^xxh128-[A-Za-z0-9_-]{22}$", hit.Header("accelerate-signature"));
        Assert.NotEqual(miss.Header("cf-ray"), hit.Header("cf-ray"));
    }

    [Fact]
    public async Task Without_a_strategy_each_answer_is_new_and_none_is_kept()
    {
        await using EdgeHost edge = await StartAsync();

        Assert.Equal(1, Number(await edge.QueryAsync(Ask)));
        Assert.Equal(2, Number(await edge.QueryAsync(Ask, ("cache-control", "no-cache"))));
        Reply first = await edge.QueryAsync(Ask, Minute);
        Assert.Equal(3, Number(first));
        Reply past = await edge.QueryAsync(Ask);

        Assert.Equal(4, Number(past));
        Assert.Equal("none", Status(past));
        Assert.Null(past.Header("accelerate-signature"));
        Assert.Equal(3, Number(await edge.QueryAsync(Ask, Minute)));
    }

    [Fact]
    public async Task A_stale_answer_comes_at_once_while_a_new_one_is_fetched()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await StartAsync(time);
        await edge.QueryAsync(Ask, Stale);
        time.Advance(TimeSpan.FromSeconds(61));
        edge.Instances.Wake = new TaskCompletionSource();

        Reply[] stale = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => edge.QueryAsync(Ask, Stale)));
        Assert.All(stale, reply => Assert.Equal(("swr", 1L, "61"), (Status(reply), Number(reply), reply.Header("age"))));
        edge.Instances.Wake.SetResult();
        await Eventually.TrueAsync(() => edge.Service<AnswerCache>().SizeOfAll().Flying == 0);
        Reply renewed = await edge.QueryAsync(Ask, Stale);

        Assert.Equal(("ttl", 2L), (Status(renewed), Number(renewed)));
        Assert.Equal("Tue, 01 Jan 2030 00:01:01 GMT", renewed.Header("last-modified"));
        time.Advance(TimeSpan.FromSeconds(660));
        Assert.Equal(("miss", 3L), await StatusAndNumberAsync(edge, Stale));
    }

    [Fact]
    public async Task A_stampede_on_a_sleeping_database_makes_one_query()
    {
        await using EdgeHost edge = await StartAsync();
        edge.Instances.Wake = new TaskCompletionSource();

        Task<Reply>[] requests = [.. Enumerable.Range(0, 200).Select(_ => edge.QueryAsync(Ask, Minute))];
        await Eventually.TrueAsync(() => edge.Service<AnswerCache>().SizeOfAll().Flying == 1);
        edge.Instances.Wake.SetResult();
        Reply[] replies = await Task.WhenAll(requests);

        Assert.All(replies, reply => Assert.Equal(1, Number(reply)));
        Assert.Equal(1, edge.Instances.LeasesEver);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Theory]
    [MemberData(nameof(Uncacheable))]
    public async Task What_may_do_more_than_read_is_never_kept(string name, string body)
    {
        await using EdgeHost edge = await StartAsync();

        Reply first = await edge.QueryAsync(body, Minute);
        Reply second = await edge.QueryAsync(body, Minute);

        Assert.True(first.Status == 200, name + ": " + first.Text);
        Assert.Equal(("none", "none"), (Status(first), Status(second)));
        Assert.Equal("2", await edge.AskAsync("SELECT last_value FROM calls"));
        Assert.Equal(0, edge.Service<AnswerCache>().SizeOfAll().Entries);
    }

    public static TheoryData<string, string> Uncacheable() =>
        new()
        {
            { "raw", Plans.RawQuery("SELECT asked()::int AS n") },
            {
                "raw that calls itself a find",
                Plans.RawQuery("SELECT asked()::int AS n").Replace("queryRaw", "findMany", StringComparison.Ordinal)
            },
            { "an operation that writes", Plans.Compiled("query", "SELECT asked()::int AS n", "createOne") },
            { "an operation of a later client", Plans.Compiled("query", "SELECT asked()::int AS n", "findSome") },
            { "a read whose operation is missing", Ask.Replace("\"operation\"", "\"operatio\"", StringComparison.Ordinal) },
            { "an execute node", Plans.Compiled("execute", "SELECT asked()::int AS n") },
            { "a statement that writes", Plans.Compiled("query", "INSERT INTO t SELECT asked() RETURNING id") },
            {
                "a WITH, which may write",
                Plans.Compiled("query", "WITH w AS (INSERT INTO t SELECT asked() RETURNING id) SELECT id FROM w")
            },
            { "a transaction node", Plans.Transaction("SELECT asked()").Replace("updateOne", "findMany", StringComparison.Ordinal) },
            { "a generated value", WithGeneratedValue() },
        };

    [Fact]
    public async Task Requests_inside_a_transaction_neither_use_nor_fill_the_cache()
    {
        await using EdgeHost edge = await StartAsync();
        await edge.QueryAsync(Ask, Minute);
        string id = (await edge.PostAsync("/transaction/start", """{"maxWait":2000,"timeout":5000}""")).Json.GetProperty("id").GetString()!;

        Reply inside = await edge.PostAsync($"/transaction/{id}/query", Ask, Minute);
        Reply again = await edge.PostAsync($"/transaction/{id}/query", Ask, Minute);
        await edge.PostAsync($"/transaction/{id}/commit", null);

        Assert.Equal((2L, 3L), (Number(inside), Number(again)));
        Assert.Equal("none", Status(inside));
        Assert.Equal(1, Number(await edge.QueryAsync(Ask, Minute)));
    }

    [Fact]
    public async Task Errors_are_never_kept()
    {
        await using EdgeHost edge = await StartAsync();
        string broken = Plans.Compiled("query", "SELECT 1 / (2 - asked()) AS n");
        await edge.QueryAsync(Ask, Minute);

        Reply error = await edge.QueryAsync(broken, Minute);
        Reply answer = await edge.QueryAsync(broken, Minute);

        Assert.Equal((400, 200), (error.Status, answer.Status));
        Assert.Equal("miss", Status(answer));
    }

    [Fact]
    public async Task Other_parameters_other_tags_and_another_database_are_other_answers()
    {
        await using EdgeHost edge = await StartAsync();
        string other = Ask.Replace("\"params\":{}", "\"params\":{\"p\":1}", StringComparison.Ordinal);
        DatabaseId neighbour = DatabaseId.New();
        edge.Instances.Set(neighbour, edge.Database);
        HttpClient theirs = edge.NewClient(edge.Keys.Add(neighbour));

        Assert.Equal(1, Number(await edge.QueryAsync(Ask, Minute)));
        Assert.Equal(2, Number(await edge.QueryAsync(other, Minute)));
        Assert.Equal(3, Number(await edge.QueryAsync(Ask, Minute, ("accelerate-cache-tags", "a"))));
        Assert.Equal(4, Number(await Reply.OfAsync(theirs, HttpMethod.Post, "/query", Ask, Minute)));
        Assert.Equal(1, Number(await edge.QueryAsync(Ask, Minute)));
    }

    [Fact]
    public async Task Invalidating_a_tag_makes_the_next_answer_new()
    {
        await using EdgeHost edge = await StartAsync();
        (string, string) tags = ("accelerate-cache-tags", "users,user_1");
        await edge.QueryAsync(Ask, Stale, tags);

        Reply other = await edge.PostAsync("/invalidate", """{"tags":["user_2"]}""");
        Assert.Equal(("ttl", 1L), await StatusAndNumberAsync(edge, Stale, tags));
        Reply mine = await edge.PostAsync("/invalidate", """{"tags":["user_1"]}""");
        Assert.Equal(("miss", 2L), await StatusAndNumberAsync(edge, Stale, tags));
        Reply all = await edge.PostAsync("/invalidate", """{"tags":"all"}""");
        Assert.Equal(("miss", 3L), await StatusAndNumberAsync(edge, Stale, tags));

        Assert.All([other, mine, all], reply => Assert.Equal((200, "{}"), (reply.Status, reply.Text)));
        Assert.NotNull(all.Header("cf-ray"));
    }

    [Fact]
    public async Task Invalidation_needs_a_key_and_a_body_that_says_what()
    {
        await using EdgeHost edge = await StartAsync();

        Reply unknown = await Reply.OfAsync(edge.NewClient("nobody"), HttpMethod.Post, "/invalidate", """{"tags":"all"}""");
        Reply wrong = await edge.PostAsync("/invalidate", """{"tags":"some"}""");

        Assert.Equal(401, unknown.Status);
        Assert.Equal(400, wrong.Status);
        Assert.Contains("""{"tags":"all"}""", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_with_tags_that_cannot_be_used_is_told_so()
    {
        await using EdgeHost edge = await StartAsync();

        Reply reply = await edge.QueryAsync(Ask, Minute, ("accelerate-cache-tags", new string('x', 200)));

        Assert.Equal(400, reply.Status);
        Assert.Contains("200 letters", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statements_are_told_to_the_client_that_ran_them_and_are_not_kept()
    {
        await using EdgeHost edge = await StartAsync();
        (string, string) listening = ("X-Capture-Telemetry", "query");

        Reply miss = await edge.QueryAsync(Ask, Minute, listening);
        Reply hit = await edge.QueryAsync(Ask, Minute, listening);

        JsonElement log = Assert.Single(miss.Json.GetProperty("extensions").GetProperty("logs").EnumerateArray());
        Assert.Equal("SELECT asked()::int AS n", log.GetProperty("attributes").GetProperty("query").GetString());
        Assert.Equal("""{"data":[{"n":1}]}""", hit.Text);
        Assert.Equal("ttl", Status(hit));
    }

    [Fact]
    public async Task A_revoked_key_gets_nothing_from_the_cache()
    {
        await using EdgeHost edge = await StartAsync();
        await edge.QueryAsync(Ask, Minute);

        Reply reply = await Reply.OfAsync(edge.NewClient("revoked"), HttpMethod.Post, "/query", Ask, Minute);

        Assert.Equal(401, reply.Status);
    }

    [Fact]
    public async Task A_cache_that_is_off_says_none()
    {
        await using EdgeHost edge = await StartAsync(configure: options => options.Cache.MaxBytes = 0);

        Assert.Equal(("none", 1L), await StatusAndNumberAsync(edge, Minute));
        Assert.Equal(("none", 2L), await StatusAndNumberAsync(edge, Minute));
    }

    private static Task<EdgeHost> StartAsync(TimeProvider? time = null, Action<EdgeOptions>? configure = null) =>
        EdgeHost.StartAsync(configure, time, Counter);

    private static string? Status(Reply reply) => reply.Header("accelerate-cache-status");

    private static long Number(Reply reply) => reply.Json.GetProperty("data")[0].GetProperty("n").GetInt64();

    private static async Task<(string?, long)> StatusAndNumberAsync(EdgeHost edge, params (string, string)[] headers)
    {
        Reply reply = await edge.QueryAsync(Ask, headers);
        return (Status(reply), Number(reply));
    }

    private static string WithGeneratedValue()
    {
        JsonNode query = JsonNode.Parse(Ask)!;
        JsonNode statement = query["plan"]!["args"]!;
        statement["fragments"]!.AsArray().Add(JsonNode.Parse("""{"type":"stringChunk","chunk":" WHERE now() IS NOT NULL OR "}"""));
        statement["fragments"]!.AsArray().Add(JsonNode.Parse("""{"type":"parameter"}"""));
        statement["fragments"]!.AsArray().Add(JsonNode.Parse("""{"type":"stringChunk","chunk":" <> ''"}"""));
        statement["args"]!.AsArray().Add(JsonNode.Parse("""{"prisma__type":"generatorCall","prisma__value":{"name":"uuid","args":[4]}}"""));
        statement["argTypes"]!.AsArray().Add(JsonNode.Parse("""{"arity":"scalar","scalarType":"string","dbType":"TEXT"}"""));
        return query.ToJsonString();
    }
}
