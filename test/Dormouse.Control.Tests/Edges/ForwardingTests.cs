using System.Net;
using Dormouse.Contracts;
using Dormouse.Control.Connections;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Edges;

public sealed class ForwardingTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_comes_through_the_edge_and_then_from_it_under_its_own_region()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        EdgeClient edge = fleet.Edges[0].Client;
        (await edge.WriteAsync(1, 7)).Succeeded();

        EdgeReply kept = await KeptAsync(fleet, 1);

        Assert.Equal(7, kept.Version);
        Assert.EndsWith("-R0", kept.Headers["cf-ray"]);
        Assert.EndsWith("-R0", (await edge.ReadAsync(1, wantsCache: false)).Headers["cf-ray"]);
        Assert.True((await edge.ReadAsync(1)).Headers.ContainsKey("accelerate-signature"));
    }

    [Fact]
    public async Task A_schema_that_the_platform_lacks_is_asked_for_and_uploaded_through_the_edge()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        EdgeClient edge = fleet.Edges[0].Client;
        string other = Convert.ToBase64String(
            "model Item {\n id Int @id\n v Int\n}\ndatasource d {\n provider = \"postgresql\"\n url = \"x\"\n}"u8
        );
        string hash = SchemaHash.Of(System.Text.Encoding.ASCII.GetBytes(other)).ToString();
        const string query = """{"modelName":"Item","action":"findMany","query":{"arguments":{},"selection":{"$scalars":true}}}""";
        Uri asked = new(edge.Address, $"/6.19.0/{hash}/graphql");

        EdgeReply missing = await edge.SendAsync(HttpMethod.Post, asked, query, ("Cache-Control", "max-age=60"));
        await edge.SendAsync(HttpMethod.Put, new Uri(edge.Address, $"/6.19.0/{hash}/schema"), other);
        EdgeReply found = await edge.SendAsync(HttpMethod.Post, asked, query, ("Cache-Control", "max-age=60"));

        Assert.Equal((404, """{"EngineNotStarted":{"reason":"SchemaMissing"}}"""), (missing.Status, missing.Body));
        Assert.Equal(8, found.Succeeded().Json.GetProperty("data").GetProperty("findManyItem").GetArrayLength());
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_a_new_one_is_known_at_once()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        EdgeUnderTest edge = fleet.Edges[0];
        using var wrong = new EdgeClient(edge.Client.Address, () => "dm_1_" + new string('x', 43));
        IssuedConnection added = await fleet.Connections.CreateAsync(fleet.Shop.Database.Id, "second", null, Cancelled);
        using var second = new EdgeClient(edge.Client.Address, () => added.ApiKey);

        EdgeReply refused = await wrong.ReadAsync(1);

        Assert.Equal(401, refused.Status);
        Assert.Equal(0, fleet.Forwarded);
        Assert.Equal(0, (await second.ReadAsync(1)).Version);
    }

    [Fact]
    public async Task An_interactive_transaction_goes_through_the_edge_by_which_it_began()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        EdgeClient edge = fleet.Edges[0].Client;

        EdgeReply started = await edge.SendAsync(HttpMethod.Post, "transaction/start", """{"max_wait":2000,"timeout":30000}""");
        string endpoint = started.Succeeded().Json.GetProperty("data-proxy").GetProperty("endpoint").GetString()!;
        const string update =
            """{"modelName":"Item","action":"updateOne","query":{"arguments":{"where":{"id":2},"data":{"v":5}},"selection":{"$scalars":true}}}""";
        EdgeReply written = await edge.SendAsync(HttpMethod.Post, new Uri(endpoint + "/graphql"), update);
        EdgeReply before = await edge.ReadAsync(2, wantsCache: false);
        (await edge.SendAsync(HttpMethod.Post, new Uri(endpoint + "/commit"), null)).Succeeded();

        Assert.StartsWith(edge.Address.GetLeftPart(UriPartial.Authority), endpoint);
        Assert.Equal((5, 0, 5), (written.Version, before.Version, (await edge.ReadAsync(2, wantsCache: false)).Version));
    }

    [Fact]
    public async Task Only_reads_are_shared_and_kept_whatever_a_request_says()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        EdgeClient edge = fleet.Edges[0].Client;
        await KeptAsync(fleet, 1);
        const string increment =
            """{"modelName":"Item","action":"updateOne","query":{"arguments":{"where":{"id":3},"data":{"v":{"increment":1}}},"selection":{"$scalars":true}}}""";

        EdgeReply[] replies = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => edge.SendAsync(HttpMethod.Post, "graphql", increment, ("Cache-Control", "max-age=60")))
        );
        EdgeReply missing = await edge.ReadAsync(99);

        Assert.All(replies, reply => Assert.Equal("none", reply.Succeeded().Cache));
        Assert.Equal(8, (await edge.ReadAsync(3, wantsCache: false)).Version);
        Assert.Equal(
            System.Text.Json.JsonValueKind.Null,
            missing.Succeeded().Json.GetProperty("data").GetProperty("findUniqueItem").ValueKind
        );
    }

    [Fact]
    public async Task Without_a_lease_every_request_goes_to_the_origin_whose_cache_answers()
    {
        // The question for the log never has the time to be answered.
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1, origin => origin.FollowTimeout = TimeSpan.FromTicks(1));
        EdgeClient edge = fleet.Edges[0].Client;

        (string?, string?) statuses = ((await edge.ReadAsync(1)).Cache, (await edge.ReadAsync(1)).Cache);

        Assert.Equal(("miss", "ttl"), statuses);
        Assert.Equal(2, fleet.Forwarded);
        Assert.Equal(503, (await edge.SendAsync(HttpMethod.Get, new Uri(edge.Address, "/ready"), null)).Status);
        Assert.Equal(200, (await edge.SendAsync(HttpMethod.Get, new Uri(edge.Address, "/health"), null)).Status);
    }

    [Fact]
    public async Task The_door_opens_for_a_token_alone_and_shows_nothing_but_the_front_door()
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(1);
        string token = fleet.Edges[0].Added.Token;

        Assert.Equal(401, await AtTheDoorAsync(fleet, "/health", null));
        Assert.Equal(401, await AtTheDoorAsync(fleet, "/health", token[..^1] + (token[^1] == 'A' ? 'B' : 'A')));
        Assert.Equal(200, await AtTheDoorAsync(fleet, "/health", token));
        Assert.Equal(404, await AtTheDoorAsync(fleet, "/management/status", token));
        Assert.Equal(401, await AtTheDoorAsync(fleet, "/connection-info", token));
        // What only edges may ask is not at the front door of apps, token or not.
        Assert.Equal(
            404,
            (
                await fleet.Direct.SendAsync(
                    HttpMethod.Post,
                    new Uri(fleet.Direct.Address, EdgeWire.KeyPath),
                    "{}",
                    (EdgeWire.TokenHeader, token)
                )
            ).Status
        );
    }

    /// <summary>Reads until the answer comes from the edge's own cache.</summary>
    internal static async Task<EdgeReply> KeptAsync(EdgeFleet fleet, int id, int edge = 0)
    {
        EdgeReply? kept = null;
        for (var tries = 0; kept is null; tries++)
        {
            Assert.InRange(tries, 0, 2_000);
            int before = fleet.Forwarded;
            EdgeReply reply = await fleet.Edges[edge].Client.ReadAsync(id);
            kept = reply.Cache == "ttl" && fleet.Forwarded == before ? reply : null;
            if (kept is null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
            }
        }
        return kept;
    }

    private static async Task<int> AtTheDoorAsync(EdgeFleet fleet, string path, string? token)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{fleet.DoorPort}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (token is not null)
        {
            request.Headers.Add(EdgeWire.TokenHeader, token);
        }
        using HttpResponseMessage response = await invoker.SendAsync(request, Cancelled);
        return (int)response.StatusCode;
    }
}
