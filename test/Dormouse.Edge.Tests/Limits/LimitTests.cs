using System.Net;
using System.Text;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Limits;

/// <summary>Each bound, from outside: the documented answer, and nothing left behind.</summary>
public sealed class LimitTests
{
    private const string Asleep =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%asleep%' AND state = 'active'";

    private static readonly string Sleep = Plans.RawQuery("SELECT 'asleep' FROM pg_sleep(60)");

    [Fact]
    public async Task A_body_that_announces_too_much_is_refused_unread()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Limits.MaxBodyBytes = 10_000);
        using RawClient client = await RawClient.ConnectAsync(edge);

        await client.SendQueryHeadersAsync(edge, 1_000_000_000);
        string answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("10000 bytes", answer, StringComparison.Ordinal);
        await Eventually.EqualAsync(0, () => edge.Service<BufferBudget>().UsedBytes);
    }

    [Fact]
    public async Task A_body_that_grows_too_large_is_cut()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Limits.MaxBodyBytes = 10_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/query");
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StringContent(new string(' ', 20_000));

        using HttpResponseMessage response = await edge.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        await Eventually.EqualAsync(0, () => edge.Service<BufferBudget>().UsedBytes);
        await Eventually.EqualAsync(0, () => edge.Service<Admission>().InFlight);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using var content = new StringContent("{}");
        content.Headers.ContentEncoding.Add("gzip");

        using HttpResponseMessage response = await edge.Http.PostAsync("/query", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("SELECT repeat('x', 100000) AS long")]
    [InlineData("SELECT repeat('x', 100) AS short FROM generate_series(1, 1000)")]
    [InlineData("SELECT i FROM generate_series(1, 100000000) i")]
    public async Task An_answer_that_is_too_large_is_P6009_and_its_statement_is_cancelled(string sql)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Limits.MaxAnswerBytes = 50_000);

        Reply reply = await edge.QueryAsync(Plans.RawQuery(sql));

        Assert.Equal((422, "P6009"), (reply.Status, reply.Code));
        Assert.Contains("50000 bytes", reply.Message, StringComparison.Ordinal);
        await edge.WaitForAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'",
            "0"
        );
        await Eventually.EqualAsync(0, () => edge.Service<BufferBudget>().UsedBytes);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
    }

    [Fact]
    public async Task Rows_that_swell_in_the_answer_are_bounded_too()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Limits.MaxAnswerBytes = 50_000);

        // Each control character takes one byte in the row and six in JSON.
        Reply reply = await edge.QueryAsync(Plans.RawQuery("SELECT repeat(E'\\x01', 40000) AS long"));

        Assert.Equal((422, "P6009"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task When_all_large_buffers_are_taken_a_request_is_told_to_come_again()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        BufferBudget budget = edge.Service<BufferBudget>();
        long all = new EdgeOptions().Limits.MaxBufferedBytes;
        Assert.True(budget.TryTake(all));

        Reply large = await edge.QueryAsync(Plans.RawQuery("SELECT repeat('x', 100000) AS long"));
        Reply small = await edge.QueryAsync(Plans.RawQuery("SELECT 1"));
        budget.Return(all);

        Assert.Equal((429, "P5011", "1"), (large.Status, large.Code, large.Header("Retry-After")));
        Assert.Equal(200, small.Status);
        await Eventually.EqualAsync(0, () => budget.UsedBytes);
    }

    [Fact]
    public async Task Too_many_requests_of_one_database_are_429_and_do_not_touch_another()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Limits.MaxRequestsPerDatabase = 2);
        edge.Instances.Wake = new TaskCompletionSource();
        Task<Reply>[] held = [edge.QueryAsync(Plans.RawQuery("SELECT 1")), edge.QueryAsync(Plans.RawQuery("SELECT 1"))];
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 2);
        var other = Contracts.DatabaseId.New();
        edge.Instances.Set(other, edge.Database);
        using HttpClient neighbour = edge.NewClient(edge.Keys.Add(other));

        Reply third = await edge.QueryAsync(Plans.RawQuery("SELECT 1"));
        Task<Reply> neighbours = Reply.OfAsync(neighbour, HttpMethod.Post, "/query", Plans.RawQuery("SELECT 1"));
        edge.Instances.Wake.SetResult();

        Assert.Equal((429, "P5011", "1"), (third.Status, third.Code, third.Header("Retry-After")));
        Assert.All(await Task.WhenAll([.. held, neighbours]), reply => Assert.Equal(200, reply.Status));
        await Eventually.EqualAsync(0, () => edge.Service<Admission>().InFlight);
    }

    [Fact]
    public async Task A_query_that_takes_too_long_is_P6004_and_its_statement_is_cancelled()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(null, clock);
        Task<Reply> sleeping = edge.QueryAsync(Sleep);
        await edge.WaitForAsync(Asleep, "1");

        clock.Advance(TimeSpan.FromSeconds(60));
        Reply reply = await sleeping;

        Assert.Equal((504, "P6004"), (reply.Status, reply.Code));
        await edge.WaitForAsync(Asleep, "0");
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
        Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
    }

    [Fact]
    public async Task A_request_that_waits_too_long_for_a_connection_is_P2024()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Engine.ConnectionsPerInstance = 2, clock);
        Task<Reply>[] sleeping = [edge.QueryAsync(Sleep), edge.QueryAsync(Sleep)];
        await edge.WaitForAsync(Asleep, "2");
        int timers = clock.PendingTimers;
        Task<Reply> waiting = edge.QueryAsync(Plans.RawQuery("SELECT 1"));
        await Eventually.TrueAsync(() => clock.PendingTimers == timers + 2);

        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((429, "P2024"), ((await waiting).Status, (await waiting).Code));
        clock.Advance(TimeSpan.FromSeconds(60));
        await Task.WhenAll(sleeping);
    }

    [Fact]
    public async Task A_client_that_goes_has_its_statement_cancelled()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using (RawClient client = await RawClient.ConnectAsync(edge))
        {
            await client.SendQueryHeadersAsync(edge, Encoding.UTF8.GetByteCount(Sleep));
            await client.SendAsync(Sleep);
            await edge.WaitForAsync(Asleep, "1");
        }

        await edge.WaitForAsync(Asleep, "0");
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 0 && edge.Instances.Leases == 0);
    }

    [Fact]
    public async Task A_client_that_goes_while_its_instance_wakes_leaves_nothing_behind()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        edge.Instances.Wake = new TaskCompletionSource();
        using (RawClient client = await RawClient.ConnectAsync(edge))
        {
            await client.SendQueryHeadersAsync(edge, Encoding.UTF8.GetByteCount(Sleep));
            await client.SendAsync(Sleep);
            await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 1);
        }

        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 0);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task A_body_that_trickles_is_cut_off()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options =>
        {
            options.Connections.DataRateGrace = TimeSpan.FromSeconds(1.1);
            options.Connections.MinBytesPerSecond = 10_000;
        });
        using RawClient client = await RawClient.ConnectAsync(edge);

        await client.SendQueryHeadersAsync(edge, 100_000);
        await client.SendAsync("{");
        string answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 0);
        Assert.Equal(0, edge.Instances.LeasesEver);
    }

    [Fact]
    public async Task A_body_that_comes_fast_enough_and_without_an_end_is_cut_off()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Connections.DataRateGrace = TimeSpan.FromHours(1), clock);
        int timers = clock.PendingTimers;
        using RawClient client = await RawClient.ConnectAsync(edge);
        await client.SendQueryHeadersAsync(edge, 100_000);
        await Eventually.TrueAsync(() => clock.PendingTimers == timers + 1);
        Task<string> answer = client.ReadToEndAsync();

        clock.Advance(TimeSpan.FromSeconds(59));
        await client.SendAsync(new string(' ', 1_000));
        Assert.Equal(timers + 1, clock.PendingTimers);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.StartsWith(
            "HTTP/1.1 408",
            await answer.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        await Eventually.EqualAsync(0, () => edge.Service<Admission>().InFlight);
        await Eventually.EqualAsync(0, () => edge.Service<BufferBudget>().UsedBytes);
    }

    [Fact]
    public async Task An_answer_that_is_read_fast_enough_and_without_an_end_is_cut_off()
    {
        var clock = new ManualTimeProvider();
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Connections.DataRateGrace = TimeSpan.FromHours(1), clock);
        int timers = clock.PendingTimers;
        string query = Plans.RawQuery("SELECT repeat('x', 30000000) AS long");
        using RawClient client = await RawClient.ConnectAsync(edge);
        await client.SendQueryHeadersAsync(edge, Encoding.UTF8.GetByteCount(query));
        await client.SendAsync(query);
        await client.WaitForAnswerAsync();

        // A few times what is allowed: its timer begins a moment after the first byte.
        int minutes = 0;
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(minutes++ < 30 ? 1 : 0));
            return edge.Service<BufferBudget>().UsedBytes == 0;
        });

        Assert.True((await client.ReadToEndAsync()).Length < 30_000_000);
    }

    // Slow loris: many sockets that send a header now and then, never enough for a request, and never silent.
    [Fact]
    public async Task Sockets_that_trickle_headers_go_and_others_are_served_meanwhile()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Connections.HeadersTimeout = TimeSpan.FromSeconds(1));
        List<RawClient> slow = [];
        for (var i = 0; i < 100; i++)
        {
            slow.Add(await RawClient.ConnectAsync(edge));
            await slow[^1].SendAsync("POST /query HTTP/1.1\r\nHost: localhost\r\n");
        }
        Task<string>[] answers = [.. slow.Select(client => client.ReadToEndAsync())];

        while (answers.Any(answer => !answer.IsCompleted))
        {
            foreach (RawClient client in slow.Where((_, i) => !answers[i].IsCompleted))
            {
                await client.TrySendAsync("X-Slow: 1\r\n");
            }
            Assert.Equal(200, (await edge.QueryAsync(Plans.RawQuery("SELECT 1"))).Status);
        }

        Assert.All(await Task.WhenAll(answers), answer => Assert.DoesNotContain("200 OK", answer, StringComparison.Ordinal));
        slow.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Too_many_headers_are_refused()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Connections.MaxHeaders = 20);
        using RawClient client = await RawClient.ConnectAsync(edge);

        await client.SendAsync($"POST /query HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 20))}\r\n");

        Assert.StartsWith("HTTP/1.1 431", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_stays_idle_after_its_answer_is_closed()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Connections.KeepAlive = TimeSpan.FromSeconds(1));
        using RawClient client = await RawClient.ConnectAsync(edge);

        await client.SendAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sockets_beyond_the_bound_are_closed_unserved()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Connections.MaxConnections = 1);
        using RawClient first = await RawClient.ConnectAsync(edge);
        // Two that come at once are taken in any order.
        await first.SendAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await first.WaitForAnswerAsync();
        using RawClient second = await RawClient.ConnectAsync(edge);

        Assert.Equal("", await second.ReadToEndAsync());

        await first.SendAsync("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await first.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_nobody_reads_is_given_up()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options =>
        {
            options.Connections.DataRateGrace = TimeSpan.FromSeconds(1.1);
            options.Connections.MinBytesPerSecond = 100_000_000;
        });
        string query = Plans.RawQuery("SELECT repeat('x', 30000000) AS long");
        using RawClient client = await RawClient.ConnectAsync(edge);

        await client.SendQueryHeadersAsync(edge, Encoding.UTF8.GetByteCount(query));
        await client.SendAsync(query);
        await Eventually.TrueAsync(() => edge.Service<BufferBudget>().UsedBytes > 30_000_000);

        await Eventually.TrueAsync(() => edge.Service<BufferBudget>().UsedBytes == 0);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    [Fact]
    public async Task Headers_that_trickle_are_cut_off()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Connections.HeadersTimeout = TimeSpan.FromSeconds(1));
        using RawClient client = await RawClient.ConnectAsync(edge);

        await client.SendAsync("POST /query HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        string answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_are_too_large_are_refused()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        using RawClient client = await RawClient.ConnectAsync(edge);

        await client.SendAsync($"POST /query HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('x', 20_000)}\r\n\r\n");
        string answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_that_were_announced_and_never_sent_cost_little()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        var clients = new List<RawClient>();
        for (var i = 0; i < 50; i++)
        {
            RawClient client = await RawClient.ConnectAsync(edge);
            clients.Add(client);
            await client.SendQueryHeadersAsync(edge, 16 * 1024 * 1024);
        }
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 50);

        await Eventually.EqualAsync(0, () => edge.Service<BufferBudget>().UsedBytes);

        clients.ForEach(client => client.Dispose());
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 0);
    }
}
