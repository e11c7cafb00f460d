using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Schemas;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>How clients 5 and 6 bring their schema.</summary>
public sealed class HandshakeTests
{
    private const string Schema = """
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }

        model Note {
          id   Int    @id
          text String
        }
        """;

    private const string Script = """
        CREATE TABLE "Note" (id int PRIMARY KEY, text text NOT NULL);
        INSERT INTO "Note" VALUES (1, 'first');
        """;

    private static readonly string FindMany = OlderClient.Query("Note", "findMany");

    [Theory]
    [InlineData("5.22.0")]
    [InlineData("6.0.1")]
    [InlineData("6.19.3")]
    [InlineData("0.0.0")]
    public async Task A_client_uploads_its_schema_when_asked_and_is_answered(string version)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var client = new OlderClient(edge, Schema, version);

        Reply first = await client.PostAsync(client.Root + "/graphql", FindMany);
        Reply upload = await client.UploadAsync();
        Reply second = await client.PostAsync(client.Root + "/graphql", FindMany);

        Assert.Equal((404, """{"EngineNotStarted":{"reason":"SchemaMissing"}}"""), (first.Status, first.Text));
        Assert.Equal(200, upload.Status);
        Assert.Equal((200, """{"data":{"findManyNote":[{"id":1,"text":"first"}]}}"""), (second.Status, second.Text));
        Assert.Equal("application/json", second.Header("Content-Type"));
        Assert.Equal("none", second.Header("accelerate-cache-status"));
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task Nothing_is_woken_before_the_schema_is_there()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        var client = new OlderClient(edge, Schema);

        await client.PostAsync(client.Root + "/graphql", FindMany);
        await client.PostAsync(client.Root + "/transaction/start", """{"max_wait":2000,"timeout":5000}""");
        await client.UploadAsync();

        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task A_transaction_asks_for_the_schema_before_it_starts()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        var client = new OlderClient(edge, Schema);

        Reply reply = await client.PostAsync(client.Root + "/transaction/start", """{"max_wait":2000,"timeout":5000}""");

        Assert.Equal((404, """{"EngineNotStarted":{"reason":"SchemaMissing"}}"""), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task A_schema_that_is_not_what_its_hash_says_is_refused_and_not_kept()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        var client = new OlderClient(edge, Schema);
        string other = Convert.ToBase64String(Encoding.UTF8.GetBytes(Schema + "\n"));

        Reply reply = await Reply.OfAsync(edge.Http, HttpMethod.Put, client.Root + "/schema", other);

        Assert.Equal(400, reply.Status);
        Assert.Contains("hash", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(reply.Json.GetProperty("is_panic").GetBoolean());
        Assert.Equal(0, edge.Schemas.Count);
    }

    [Fact]
    public async Task A_long_schema_that_is_not_what_its_hash_says_is_refused_while_the_right_one_is_taken()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        // So long that several threads read it, and its hash is found out beside that.
        string models = string.Concat(
            Enumerable.Range(0, 4_000).Select(model => $"\n\nmodel M{model} {{\n  id Int @id\n  text String\n}}")
        );
        var client = new OlderClient(edge, Schema + models);
        string other = Convert.ToBase64String(Encoding.UTF8.GetBytes(Schema + models + "\n"));

        Task<Reply>[] wrong =
        [
            .. Enumerable.Range(0, 4).Select(_ => Reply.OfAsync(edge.Http, HttpMethod.Put, client.Root + "/schema", other)),
        ];
        Reply right = await client.UploadAsync();

        Assert.All(await Task.WhenAll(wrong), reply => Assert.Equal(400, reply.Status));
        Assert.Equal(200, right.Status);
    }

    [Fact]
    public async Task A_broken_schema_is_told_with_its_lines_in_the_form_that_clients_show_and_do_not_repeat()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        var client = new OlderClient(edge, Schema.Replace("text String", "text Strin", StringComparison.Ordinal));

        Reply reply = await client.UploadAsync();

        var error = reply.Json.GetProperty("EngineNotStarted").GetProperty("reason").GetProperty("KnownEngineStartupError");
        Assert.Equal(400, reply.Status);
        Assert.Equal("P1012", error.GetProperty("error_code").GetString());
        string text = error.GetProperty("msg").GetString()!;
        Assert.Contains("schema.prisma:8:", text, StringComparison.Ordinal);
        Assert.Contains("Strin", text, StringComparison.Ordinal);
        Assert.Equal(0, edge.Schemas.Count);
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("/////w==")]
    [InlineData("")]
    public async Task What_is_no_text_at_all_is_refused(string body)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        string hash = SchemaHash.Of(Encoding.ASCII.GetBytes(body)).ToString();

        Reply reply = await Reply.OfAsync(edge.Http, HttpMethod.Put, $"/6.19.3/{hash}/schema", body);

        // An empty text is a schema without models; the others are no text.
        Assert.Equal(body.Length == 0 ? 200 : 400, reply.Status);
    }

    [Fact]
    public async Task A_schema_beyond_the_bound_is_refused()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Schemas.MaxUploadBytes = 1024);
        var client = new OlderClient(edge, Schema + "// " + new string('x', 1024));

        Reply reply = await client.UploadAsync();

        Assert.Equal(413, reply.Status);
        Assert.Contains("1024", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_does_not_see_the_schema_of_another_and_shares_its_engine_once_it_has_uploaded_it()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var owner = new OlderClient(edge, Schema);
        await owner.QueryAsync(FindMany);
        DatabaseId otherId = DatabaseId.New();
        edge.Instances.Set(otherId, edge.Database);
        using HttpClient http = edge.NewClient(edge.Keys.Add(otherId));
        var other = new OlderClient(http, Schema);

        Reply before = await other.PostAsync(other.Root + "/graphql", FindMany);
        Reply after = await other.QueryAsync(FindMany);

        Assert.Equal(404, before.Status);
        Assert.Equal(200, after.Status);
        Assert.Equal(1, edge.Service<SchemaEngines>().Count);
        await Eventually.TrueAsync(() => edge.Schemas.Count == 2);
    }

    [Fact]
    public async Task Engines_in_memory_are_bounded_and_what_was_put_aside_comes_back_from_the_store()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Schemas.EnginesMax = 2, null, Script);
        OlderClient[] clients = [.. Enumerable.Range(0, 5).Select(number => new OlderClient(edge, Schema + $"\n// {number}"))];
        foreach (OlderClient client in clients)
        {
            await client.QueryAsync(FindMany);
        }
        await Eventually.TrueAsync(() => edge.Schemas.Count == 5);

        Assert.Equal(2, edge.Service<SchemaEngines>().Count);
        foreach (OlderClient client in clients)
        {
            Assert.Equal(200, (await client.PostAsync(client.Root + "/graphql", FindMany)).Status);
        }
        Assert.Equal(2, edge.Service<SchemaEngines>().Count);
        Assert.All(clients, client => Assert.Equal(1, client.Uploads));
    }

    [Fact]
    public async Task The_engine_used_least_lately_goes_first()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(
            options => (options.Schemas.EnginesMax, options.Schemas.StoreDelay) = (2, TimeSpan.Zero),
            time,
            Script
        );
        OlderClient[] clients = [.. Enumerable.Range(0, 3).Select(number => new OlderClient(edge, Schema + $"\n// {number}"))];
        await clients[0].QueryAsync(FindMany);
        time.Advance(TimeSpan.FromSeconds(1));
        await clients[1].QueryAsync(FindMany);
        time.Advance(TimeSpan.FromSeconds(1));
        await clients[0].QueryAsync(FindMany);
        time.Advance(TimeSpan.FromSeconds(1));
        await clients[2].QueryAsync(FindMany);
        await Eventually.TrueAsync(() => edge.Schemas.Count == 3);
        int finds = edge.Schemas.Finds;

        await clients[0].QueryAsync(FindMany);
        Assert.Equal(finds, edge.Schemas.Finds);
        await clients[1].QueryAsync(FindMany);
        Assert.Equal(finds + 1, edge.Schemas.Finds);
    }

    [Fact]
    public async Task Requests_that_wait_for_one_schema_share_one_look_up_and_one_reading()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Schemas.EnginesMax = 1, null, Script);
        var client = new OlderClient(edge, Schema);
        await client.QueryAsync(FindMany);
        await new OlderClient(edge, Schema + "\n// pushes the other out").QueryAsync(FindMany);
        await Eventually.TrueAsync(() => edge.Schemas.Count == 2);
        int finds = edge.Schemas.Finds;
        edge.Schemas.Slow = new TaskCompletionSource();

        Task<Reply>[] waiting = [.. Enumerable.Range(0, 8).Select(_ => client.PostAsync(client.Root + "/graphql", FindMany))];
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 8);
        edge.Schemas.Slow.SetResult();
        Reply[] replies = await Task.WhenAll(waiting);

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(finds + 1, edge.Schemas.Finds);
    }

    [Fact]
    public async Task A_schema_in_use_is_noted_in_the_store_now_and_then()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Schemas.StoreDelay = TimeSpan.Zero, time, Script);
        var client = new OlderClient(edge, Schema);
        await client.QueryAsync(FindMany);
        await client.QueryAsync(FindMany);
        Assert.Equal(0, edge.Schemas.Touches);

        time.Advance(TimeSpan.FromHours(7));
        await client.QueryAsync(FindMany);
        await client.QueryAsync(FindMany);

        await Eventually.TrueAsync(() => edge.Schemas.Touches == 1);
    }

    [Fact]
    public async Task An_upload_does_not_wait_for_the_store_and_the_edge_does_at_its_end()
    {
        EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        edge.Schemas.SlowKeep = new TaskCompletionSource();
        var client = new OlderClient(edge, Schema);

        Reply reply = await client.QueryAsync(FindMany);
        Assert.Equal((200, 0), (reply.Status, edge.Schemas.Count));
        Task stopping = edge.StopAsync();
        edge.Schemas.SlowKeep.SetResult();
        await stopping;

        Assert.Equal(1, edge.Schemas.Count);
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_takes_no_schema_costs_one_more_upload_and_nothing_else()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var client = new OlderClient(edge, Schema);
        await client.PostAsync(client.Root + "/graphql", FindMany);
        edge.Schemas.Failure = new DormouseException(FailureKind.ControlPlane, "DM2001", "the store is away");

        Reply upload = await client.UploadAsync();
        Reply query = await client.PostAsync(client.Root + "/graphql", FindMany);

        Assert.Equal((200, 200), (upload.Status, query.Status));
        await Eventually.TrueAsync(() => edge.LogLines.All.Contains("the store is away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_is_away_does_not_make_clients_upload()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Schemas.Failure = new DormouseException(FailureKind.ControlPlane, "DM2001", "the store is away");
        var client = new OlderClient(edge, Schema);

        Reply reply = await client.PostAsync(client.Root + "/graphql", FindMany);

        Assert.Equal(503, reply.Status);
        Assert.Equal("1", reply.Header("Retry-After"));
        Assert.DoesNotContain("SchemaMissing", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("graphql")]
    [InlineData("schema")]
    [InlineData("transaction/start")]
    [InlineData("itx/abc/graphql")]
    [InlineData("itx/abc/commit")]
    public async Task Without_a_known_key_clients_5_and_6_see_a_401(string path)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using HttpClient stranger = edge.NewClient("wrong");
        var client = new OlderClient(stranger, Schema);

        Reply reply = await Reply.OfAsync(stranger, path == "schema" ? HttpMethod.Put : HttpMethod.Post, $"{client.Root}/{path}", "{}");

        Assert.Equal((401, """{"code":"P6002","message":"The provided API Key is invalid."}"""), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Clients_that_send_GraphQL_are_told_so_in_the_form_that_they_show_and_do_not_repeat()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        var client = new OlderClient(edge, Schema, "4.16.2");

        Reply reply = await client.PostAsync(client.Root + "/graphql", """{"query":"{findManyNote{id}}","variables":{}}""");

        Assert.Equal(400, reply.Status);
        Assert.False(reply.Json.GetProperty("is_panic").GetBoolean());
        Assert.Equal("P6006", reply.Json.GetProperty("error_code").GetString());
        Assert.Contains("Prisma Client 4.16.2", reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
