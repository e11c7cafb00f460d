using System.Collections.Concurrent;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;
using Dormouse.Testing.Servers;

namespace Dormouse.Edge.Tests.Engine;

/// <summary>Databases whose PostgreSQL somebody else runs: it goes away, comes back, and has little room.</summary>
public sealed class AttachedServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queries_and_transactions_run_there_without_a_lease_and_a_replaced_URL_takes_over()
    {
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(Token);
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Attached.Attach(edge.Id, foreign.Url(), foreign.Authority.Pem, connections: 2);

        Reply who = await edge.QueryAsync(Plans.RawQuery("SELECT current_user AS who"));
        Assert.Contains($"\"{ForeignPostgres.User}\"", who.Text, StringComparison.Ordinal);
        // One of two connections is a transaction's, the other is left to plain queries; a second transaction waits for the first.
        string id = (await edge.PostAsync("/transaction/start", """{"maxWait":2000,"timeout":20000}"""))
            .Json.GetProperty("id")
            .GetString()!;
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
        Assert.Equal(409, (await edge.PostAsync("/transaction/start", """{"maxWait":50,"timeout":20000}""")).Status);
        Assert.Equal(200, (await edge.PostAsync($"/transaction/{id}/commit", null)).Status);

        edge.Attached.Attach(edge.Id, foreign.Url(user: ForeignPostgres.Md5User), foreign.Authority.Pem);
        who = await edge.QueryAsync(Plans.RawQuery("SELECT current_user AS who"));
        Assert.Contains($"\"{ForeignPostgres.Md5User}\"", who.Text, StringComparison.Ordinal);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task What_keeps_a_server_from_answering_is_told_without_its_password()
    {
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(Token);
        await using EdgeHost edge = await EdgeHost.StartAsync();

        await IsAsync(foreign.Url(password: "s3cret"), 400, "P1000");
        await IsAsync(foreign.Url(host: "127.0.0.1"), 503, "P1001");
        await IsAsync(foreign.Url(host: "host.invalid"), 503, "P1001");
        await foreign.StopAsync();
        await IsAsync(foreign.Url(), 503, "P1001");
        Assert.DoesNotContain(foreign.Password, edge.LogLines.All, StringComparison.Ordinal);

        async Task IsAsync(string url, int status, string code)
        {
            edge.Attached.Attach(edge.Id, url, foreign.Authority.Pem);
            Reply reply = await edge.QueryAsync(Plans.Compiled("query", "SELECT 1"));
            Assert.Equal((status, code), (reply.Status, reply.Code));
            Assert.DoesNotContain("s3cret", reply.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(ForeignPostgres.HostName, reply.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_with_room_for_few_serves_many_who_ask_at_once()
    {
        // Three of the eight are for superusers alone, so the ten that the pool may open do not exist.
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(
            Token,
            "max_connections=8",
            "superuser_reserved_connections=3"
        );
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Attached.Attach(edge.Id, foreign.Url(), foreign.Authority.Pem, connections: 10);

        Reply[] replies = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(_ => edge.QueryAsync(Plans.RawQuery("SELECT 1 FROM pg_sleep(0.02)")))
        );

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
    }

    [Fact]
    public async Task Under_load_a_server_that_dies_and_returns_costs_no_acknowledged_write_and_doubles_none()
    {
        await using ForeignPostgres foreign = await ForeignPostgres.StartAsync(Token);
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Attached.Attach(edge.Id, foreign.Url(), foreign.Authority.Pem);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawExecute("CREATE TABLE entries (id int)"))).Status);
        var outcomes = new ConcurrentDictionary<int, (int Status, string? Code)>();
        var last = 0;
        using var stop = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 8).Select(_ => WriteAsync())];

        await Eventually.TrueAsync(() => Count(200) > 100);
        await foreign.StopAsync();
        await Eventually.TrueAsync(() => Count(503) > 20);
        int before = Count(200);
        await foreign.StartAsync(Token);
        await Eventually.TrueAsync(() => Count(200) > before + 100);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        string[] written = (await foreign.QueryAsync("SELECT string_agg(id::text, ',') FROM entries", Token)).Split(',');
        Assert.Equal(written.Length, written.Distinct().Count());
        HashSet<int> stored = [.. written.Select(int.Parse)];
        Assert.All(
            outcomes,
            outcome =>
            {
                // 500 with P1017 says that nobody knows; each other answer must be true.
                bool isKnown = outcome.Value != (500, "P1017");
                Assert.True(!isKnown || outcome.Value is (200, _) or (503, "P1001"), $"{outcome}");
                Assert.True(!isKnown || stored.Contains(outcome.Key) == (outcome.Value.Status == 200), $"{outcome}");
            }
        );

        int Count(int status) => outcomes.Values.Count(outcome => outcome.Status == status);

        async Task WriteAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                int id = Interlocked.Increment(ref last);
                Reply reply = await edge.QueryAsync(Plans.RawExecute($"INSERT INTO entries VALUES ({id})"));
                outcomes[id] = (reply.Status, reply.Status == 200 ? null : reply.Code);
            }
        }
    }
}
