using Dormouse.Contracts;
using Dormouse.Edge.Tests.Harness;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Edge.Tests.Http;

public sealed class HealthTests
{
    [Fact]
    public async Task Probes_need_no_key_and_look_up_and_wake_nothing()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using HttpClient probe = edge.NewClient(null);

        Reply health = await GetAsync(probe, "/health");
        Reply ready = await GetAsync(probe, "/ready");

        Assert.Equal((200, """{"status":"ok"}"""), (health.Status, health.Text));
        Assert.Equal((200, """{"status":"ready"}"""), (ready.Status, ready.Text));
        Assert.Empty(edge.Keys.LookUps);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task An_edge_whose_store_is_away_is_alive_but_not_ready_until_it_is_back()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Keys.Failure = new DormouseException(FailureKind.ControlPlane, "DM9999", "secret");

        Reply away = await GetAsync(edge.Http, "/ready");
        Reply health = await GetAsync(edge.Http, "/health");
        edge.Keys.Failure = null;
        Reply back = await GetAsync(edge.Http, "/ready");

        Assert.Equal((503, 200, 200), (away.Status, health.Status, back.Status));
        Assert.Equal("""{"status":"unready","reason":"The control store does not answer."}""", away.Text);
    }

    [Fact]
    public async Task An_edge_that_stops_says_so_while_it_still_answers()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        edge.Service<IHostApplicationLifetime>().StopApplication();
        Reply ready = await GetAsync(edge.Http, "/ready");

        Assert.Equal((503, """{"status":"unready","reason":"The platform is stopping."}"""), (ready.Status, ready.Text));
    }

    private static Task<Reply> GetAsync(HttpClient http, string path) => Reply.OfAsync(http, HttpMethod.Get, path, null);
}
