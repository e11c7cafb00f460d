using Dormouse.Edge.Tests.Harness;
using Dormouse.Query.Reads;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>How relations are read where a client does not say it.</summary>
public sealed class ReadStrategyTests
{
    private static readonly string FindPosts = OlderClient.Query(
        "Post",
        "findMany",
        """{"where":{"id":1}}""",
        """{"id":true,"author":{"arguments":{},"selection":{"name":true}}}"""
    );

    [Fact]
    public async Task Separately_unless_told_otherwise()
    {
        await using EdgeHost edge = await Blog.StartAsync();
        await AssertStatementsAsync(edge, 2);
    }

    [Fact]
    public async Task Joined_where_the_options_say_so()
    {
        await using EdgeHost edge = await Blog.StartAsync(options => options.Engine.UsualReadStrategy = ReadStrategy.Joined);
        await AssertStatementsAsync(edge, 1);
    }

    private static async Task AssertStatementsAsync(EdgeHost edge, int count)
    {
        OlderClient client = await Blog.ClientAsync(edge);
        Reply reply = await client.PostAsync(client.Root + "/graphql", FindPosts, ("X-Capture-Telemetry", "query"));
        Assert.Equal("""{"findManyPost":[{"id":1,"author":{"name":"Ann"}}]}""", reply.Json.GetProperty("data").GetRawText());
        Assert.Equal(count, reply.Json.GetProperty("extensions").GetProperty("logs").GetArrayLength());
    }
}
