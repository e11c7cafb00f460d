using Dormouse.Edge.Caching;
using Dormouse.Edge.Tests.Harness;

namespace Dormouse.Edge.Tests.Caching;

/// <summary>The cache for clients 5 and 6: the same step as for client 7, with the schema as part of the key.</summary>
public sealed class CachedOperationTests
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

    private static readonly (string, string) Minute = ("cache-control", "max-age=60");
    private static readonly string FindMany = OlderClient.Query("Note", "findMany");
    private static readonly string Update = OlderClient.Query("Note", "updateMany", """{"data":{"text":"second"}}""");
    private static readonly string RawUpdate = OlderClient.Query(
        null,
        "executeRaw",
        """{"query":"UPDATE \"Note\" SET text = 'second'","parameters":"[]"}""",
        "{}"
    );

    [Fact]
    public async Task Reads_are_kept_until_they_are_invalidated()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var client = new OlderClient(edge, Schema);

        Reply miss = await client.QueryAsync(FindMany, Minute);
        await edge.AskAsync("UPDATE \"Note\" SET text = 'second'");
        int leases = edge.Instances.LeasesEver;
        Reply hit = await client.QueryAsync(FindMany, Minute);
        Assert.Equal(leases, edge.Instances.LeasesEver);
        await edge.PostAsync("/invalidate", """{"tags":"all"}""");
        Reply renewed = await client.QueryAsync(FindMany, Minute);

        Assert.Equal(("miss", """{"data":{"findManyNote":[{"id":1,"text":"first"}]}}"""), (Status(miss), miss.Text));
        Assert.Equal(("ttl", miss.Text), (Status(hit), hit.Text));
        Assert.Equal(("miss", """{"data":{"findManyNote":[{"id":1,"text":"second"}]}}"""), (Status(renewed), renewed.Text));
    }

    [Fact]
    public async Task Another_schema_is_another_answer()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var client = new OlderClient(edge, Schema);
        var other = new OlderClient(edge, Schema.Replace("text String", "words String @map(\"text\")", StringComparison.Ordinal));

        await client.QueryAsync(FindMany, Minute);
        Reply reply = await other.QueryAsync(FindMany, Minute);

        Assert.Equal(("miss", """{"data":{"findManyNote":[{"id":1,"words":"first"}]}}"""), (Status(reply), reply.Text));
    }

    [Fact]
    public async Task Neither_writes_nor_raw_SQL_nor_batches_nor_transactions_are_kept()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var client = new OlderClient(edge, Schema);
        string raw = OlderClient.Query(null, "queryRaw", """{"query":"SELECT 1 AS n","parameters":"[]"}""", "{}");
        string transaction = await StartAsync(client);

        foreach (
            string body in (string[])
                [Update, RawUpdate, raw, OlderClient.Batch(FindMany, FindMany), OlderClient.Transaction("{}", FindMany)]
        )
        {
            Reply first = await client.QueryAsync(body, Minute);
            Reply second = await client.QueryAsync(body, Minute);
            Assert.True(first.Status == 200, first.Text);
            Assert.Equal(("none", "none"), (Status(first), Status(second)));
        }
        Reply inside = await client.PostAsync(transaction + "/graphql", FindMany, Minute);

        Assert.Equal((200, "none"), (inside.Status, Status(inside)));
        Assert.Equal(0, edge.Service<AnswerCache>().SizeOfAll().Entries);
    }

    [Fact]
    public async Task Errors_that_travel_with_status_200_are_not_kept()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var client = new OlderClient(edge, Schema);
        string missing = OlderClient.Query("Note", "findUniqueOrThrow", """{"where":{"id":2}}""");

        Reply error = await client.QueryAsync(missing, Minute);
        await edge.AskAsync("INSERT INTO \"Note\" VALUES (2, 'now there')");
        Reply found = await client.QueryAsync(missing, Minute);

        Assert.Equal((200, true), (error.Status, error.Text.Contains("P2025", StringComparison.Ordinal)));
        Assert.Equal(("miss", """{"data":{"findUniqueNoteOrThrow":{"id":2,"text":"now there"}}}"""), (Status(found), found.Text));
    }

    [Fact]
    public async Task Statements_are_told_to_the_client_that_ran_them()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, Script);
        var client = new OlderClient(edge, Schema);

        Reply miss = await client.QueryAsync(FindMany, Minute, ("X-Capture-Telemetry", "query"));
        Reply hit = await client.QueryAsync(FindMany, Minute, ("X-Capture-Telemetry", "query"));

        Assert.Single(miss.Json.GetProperty("extensions").GetProperty("logs").EnumerateArray());
        Assert.False(hit.Json.TryGetProperty("extensions", out _));
    }

    private static string? Status(Reply reply) => reply.Header("accelerate-cache-status");

    private static async Task<string> StartAsync(OlderClient client)
    {
        await client.UploadAsync();
        return await client.StartAsync();
    }
}
