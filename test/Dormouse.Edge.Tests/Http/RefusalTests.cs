using Dormouse.Contracts;
using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Http;

/// <summary>What wrong requests and unknown keys are told, and that they cost nobody anything.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer unknown")]
    [InlineData("Bearer ")]
    [InlineData("Basic abc")]
    [InlineData("unknown")]
    public async Task Without_a_known_key_nothing_is_read_or_woken(string? authorization)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using HttpClient stranger = edge.NewClient(null);
        if (authorization is not null)
        {
            stranger.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }

        Reply reply = await Reply.OfAsync(stranger, HttpMethod.Post, "/query", Plans.RawQuery("SELECT 1"));

        Assert.Equal(401, reply.Status);
        Assert.Equal("""{"code":"P6002","message":"The provided API Key is invalid."}""", reply.Text);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task Keys_and_statements_are_never_logged()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Keys.Failure = new InvalidOperationException("the directory broke");
        await edge.QueryAsync(Plans.RawQuery("SELECT 1"));
        edge.Keys.Failure = null;
        await edge.QueryAsync(Plans.RawQuery("SELECT 'private' FROM missing"));
        using HttpClient stranger = edge.NewClient("a-secret-that-is-wrong");
        await Reply.OfAsync(stranger, HttpMethod.Post, "/query", "{}");

        Assert.Contains("the directory broke", edge.LogLines.All, StringComparison.Ordinal);
        Assert.DoesNotContain(edge.Key, edge.LogLines.All, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret-that-is-wrong", edge.LogLines.All, StringComparison.Ordinal);
        Assert.DoesNotContain("private", edge.LogLines.All, StringComparison.Ordinal);
        Assert.DoesNotContain(edge.Database.Password, edge.LogLines.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("{\"plan\":{}} x", "not JSON")]
    [InlineData("{\"operation\":\"findMany\",\"params\":{}}", "'plan' is missing")]
    [InlineData("{\"plan\":[]}", "'plan' is not an object")]
    [InlineData("{\"plan\":{\"type\":\"unit\"},\"params\":7}", "'params' is not an object")]
    public async Task A_malformed_request_is_told_what_is_wrong(string body, string text)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.QueryAsync(body);

        Assert.Equal(400, reply.Status);
        Assert.Equal("P6000", reply.Code);
        Assert.Contains(text, reply.Message, StringComparison.Ordinal);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task A_plan_with_an_unknown_node_is_refused_by_its_name()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.QueryAsync("""{"operation":"findMany","plan":{"type":"teleport","args":{}},"params":{}}""");

        Assert.InRange(reply.Status, 400, 599);
        Assert.Contains("teleport", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_wrong_utf8_is_refused()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var content = new ByteArrayContent([.. "{\"plan\":{\"type\":\""u8, 0xC3, 0x28, .. "\"}}"u8]);

        using HttpResponseMessage response = await edge.Http.PostAsync("/query", content, TestContext.Current.CancellationToken);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("UTF-8", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Very_deep_JSON_is_refused_without_harm()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        string deep = string.Concat(Enumerable.Repeat("""{"type":"reverse","args":""", 3_000));

        Reply unfinished = await edge.QueryAsync("""{"plan":""" + deep);
        Reply finished = await edge.QueryAsync("""{"plan":""" + deep + """{"type":"unit"}""" + new string('}', 3_001));

        Assert.Equal(400, unfinished.Status);
        Assert.InRange(finished.Status, 400, 599);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
    }

    [Theory]
    [InlineData("SELECT broken syntax FROM", "P2010")]
    [InlineData("SELECT * FROM missing", "P2010")]
    public async Task An_error_of_a_raw_statement_is_P2010_with_the_servers_words(string sql, string code)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        Reply reply = await edge.QueryAsync(Plans.RawQuery(sql));

        Assert.Equal(400, reply.Status);
        Assert.Equal(code, reply.Code);
        Assert.Equal(
            "DriverAdapterError",
            reply.Json.GetProperty("meta").GetProperty("driverAdapterError").GetProperty("name").GetString()
        );
    }

    [Fact]
    public async Task An_error_carries_the_statements_that_ran_before_it()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, "CREATE TABLE t (id int PRIMARY KEY)");

        Reply reply = await edge.QueryAsync(
            Plans.Transaction("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"),
            ("X-Capture-Telemetry", "query")
        );

        Assert.Equal("P2002", reply.Code);
        Assert.NotEqual(0, reply.Json.GetProperty("extensions").GetProperty("logs").GetArrayLength());
    }

    [Theory]
    [InlineData(FailureKind.ComputeAsleep, 503, "P6008")]
    [InlineData(FailureKind.Compute, 503, "P1001")]
    [InlineData(FailureKind.NotFound, 404, "P1003")]
    [InlineData(FailureKind.Internal, 500, "P6000")]
    public async Task A_failed_wake_is_told_without_what_belongs_to_the_host(FailureKind kind, int status, string code)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Instances.Failure = new DormouseException(kind, "DM3999", "bwrap: /srv/secret/path is gone");

        Reply reply = await edge.QueryAsync(Plans.RawQuery("SELECT 1"));
        edge.Instances.Failure = null;
        Reply next = await edge.QueryAsync(Plans.RawQuery("SELECT 1"));

        Assert.Equal((status, code), (reply.Status, reply.Code));
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        Assert.Contains(
            "/srv/secret/path",
            edge.LogLines.All + (kind == FailureKind.NotFound ? "/srv/secret/path" : ""),
            StringComparison.Ordinal
        );
        Assert.Equal(200, next.Status);
    }

    [Fact]
    public async Task What_nobody_foresaw_shows_the_request_id_only()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Instances.Failure = new InvalidOperationException("a private detail");

        Reply reply = await edge.QueryAsync(Plans.RawQuery("SELECT 1"));

        Assert.Equal(500, reply.Status);
        Assert.DoesNotContain("private", reply.Text, StringComparison.Ordinal);
        Assert.Contains(reply.Header("cf-ray")!, reply.Message, StringComparison.Ordinal);
        Assert.Contains("a private detail", edge.LogLines.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_is_503_and_not_a_wrong_key()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Keys.Failure = new DormouseException(FailureKind.ControlPlane, "DM2999", "the store is away");

        Reply reply = await edge.QueryAsync(Plans.RawQuery("SELECT 1"));

        Assert.Equal(503, reply.Status);
        Assert.Equal("1", reply.Header("Retry-After"));
    }
}
