using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Edge.Tests.Metrics;
using Dormouse.Edge.Tls;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Hits;

/// <summary>Hits that are answered before Kestrel, on real sockets, beside requests that are none.</summary>
public sealed class HitLaneTests : IDisposable
{
    private const string Counter =
        "CREATE SEQUENCE calls; CREATE FUNCTION asked() RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''calls'')';";
    private const string Minute = "cache-control: max-age=60";

    // What it takes for a lost packet to be thought lost here, and some.
    private static readonly TimeSpan BeyondPatience = TimeSpan.FromSeconds(1.5);

    private static readonly string Ask = Plans.Compiled("query", "SELECT asked()::int AS n");

    private readonly TestDataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hit_does_not_reach_kestrel_and_says_what_it_would_have_said(bool encrypted)
    {
        // A certificate of today is none in the clock's year 2030.
        ManualTimeProvider? time = encrypted ? null : new ManualTimeProvider();
        await using EdgeHost edge = await StartAsync(encrypted, time);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        await connection.AskAsync(KeptConnection.Request(edge, Ask, Minute));
        time?.Advance(TimeSpan.FromSeconds(7));

        WireReply hit = await connection.AskAsync(KeptConnection.Request(edge, Ask, Minute));
        int passed = edge.Passed.Count;
        // Twice the same header is nothing that a client writes, and so it goes the long way.
        WireReply longWay = await connection.AskAsync(KeptConnection.Request(edge, Ask, Minute, Minute));

        Assert.Equal((1, 2), (passed, edge.Passed.Count));
        Assert.Equal(("ttl", "ttl"), (hit.CacheStatus, longWay.CacheStatus));
        Assert.Equal((longWay.StatusLine, longWay.Body), (hit.StatusLine, hit.Body));
        Assert.True(hit.Headers["age"] == "7" || time is null);
        Assert.Equal(
            longWay.Headers.Keys.Order(StringComparer.OrdinalIgnoreCase),
            hit.Headers.Keys.Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.OrdinalIgnoreCase
        );
        // The date is the edge's clock here and Kestrel's there, and no two requests have one number.
        string[] own = ["date", "cf-ray", .. time is null ? ["age"] : Array.Empty<string>()];
        Assert.All(
            hit.Headers.Where(header => !own.Contains(header.Key.ToLowerInvariant())),
            header => Assert.Equal(longWay.Headers[header.Key], header.Value)
        );
        Assert.NotEqual(longWay.Headers["cf-ray"], hit.Headers["cf-ray"]);
        Assert.Matches("^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$", hit.Headers["date"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hits_and_other_requests_take_turns_on_one_connection(bool encrypted)
    {
        await using EdgeHost edge = await StartAsync(encrypted);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        byte[] uncached = KeptConnection.Request(edge, Ask);
        byte[] unknown = Encoding.ASCII.GetBytes("GET /connection-inf HTTP/1.1\r\nHost: localhost\r\n\r\n");
        byte[] chunked = Encoding.ASCII.GetBytes(
            $"POST /query HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {edge.Key}\r\nTransfer-Encoding: chunked\r\n\r\n{Ask.Length:x}\r\n{Ask}\r\n0\r\n\r\n"
        );
        Assert.Equal("miss", (await connection.AskAsync(hit)).CacheStatus);

        for (int round = 0; round < 3; round++)
        {
            Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
            Assert.Equal("none", (await connection.AskAsync(uncached)).CacheStatus);
            Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
            Assert.StartsWith("HTTP/1.1 404", (await connection.AskAsync(unknown)).StatusLine, StringComparison.Ordinal);
        }
        int passed = edge.Passed.Count;
        Assert.Equal(1 + 3 + 3, passed);
        // Where such a one ends only Kestrel knows; from then on all is its.
        Assert.Equal("none", (await connection.AskAsync(chunked)).CacheStatus);
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
        Assert.Equal(passed + 2, edge.Passed.Count);
    }

    /// <summary>What the cache knows a request by is worked out once and handed on with it, and with no other.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_worked_out_for_one_request_is_not_taken_for_the_next(bool isRefusedBefore)
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await StartAsync(
            time: time,
            configure: options => options.Callers.RequestsPerSecondPerKey = isRefusedBefore ? 1 : 1000
        );
        string other = Plans.Compiled("query", "SELECT 1000::int AS n");
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] first = KeptConnection.Request(edge, Ask, Minute);
        Assert.Equal("miss", (await connection.AskAsync(first)).CacheStatus);
        byte[] missed = KeptConnection.Request(edge, Ask + " ", Minute);
        WireReply reply = await connection.AskAsync(missed);
        if (isRefusedBefore)
        {
            // Until the limit is met before the cache is asked, so that nobody has taken what was worked out.
            while (reply.StatusLine.Contains("200", StringComparison.Ordinal))
            {
                reply = await connection.AskAsync(
                    KeptConnection.Request(edge, Ask + new string(' ', Random.Shared.Next(2, 5_000)), Minute)
                );
            }
            time.Advance(TimeSpan.FromSeconds(10));
        }

        // One that the lane hands over without having worked out anything, and one for which it does.
        byte[] odd = KeptConnection.Request(edge, other, Minute, Minute);
        Assert.Equal("""{"data":[{"n":1000}]}""", (await connection.AskAsync(odd)).Body);
        Assert.Equal("""{"data":[{"n":1000}]}""", (await connection.AskAsync(KeptConnection.Request(edge, other, Minute))).Body);
    }

    [Fact]
    public async Task Requests_sent_ahead_are_answered_in_their_order()
    {
        await using EdgeHost edge = await StartAsync();
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        byte[] uncached = KeptConnection.Request(edge, Ask);
        await connection.AskAsync(hit);

        await connection.SendAsync(
            new byte[][] { hit, uncached, hit, hit, uncached, uncached, hit }
                .SelectMany(bytes => bytes)
                .ToArray()
        );

        List<string?> statuses = [];
        for (int i = 0; i < 7; i++)
        {
            statuses.Add((await connection.ReadAsync()).CacheStatus);
        }
        Assert.Equal(["ttl", "none", "ttl", "ttl", "none", "none", "ttl"], statuses);
        Assert.Equal(1 + 3, edge.Passed.Count);
    }

    /// <summary>Hits are answered by the thread that receives for many connections: it must not wait for any of them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_asks_and_does_not_read_holds_up_nobody_else_and_gets_all_in_their_order(bool encrypted)
    {
        const int Rounds = 400;
        string[] bodies =
        [
            Plans.Compiled("query", "SELECT repeat('a', 45000)::text AS s"),
            Plans.Compiled("query", "SELECT repeat('b', 45000)::text AS s"),
        ];
        // One thread for all.
        await using EdgeHost edge = await StartAsync(encrypted, configure: options => options.Connections.ReceivingThreads = 1);
        await using KeptConnection greedy = await KeptConnection.OpenAsync(edge);
        await using KeptConnection other = await KeptConnection.OpenAsync(edge);
        byte[][] hits = [.. bodies.Select(body => KeptConnection.Request(edge, body, Minute))];
        WireReply[] expected = [await greedy.AskAsync(hits[0]), await greedy.AskAsync(hits[1])];
        int passed = edge.Passed.Count;
        byte[] ahead = [.. Enumerable.Range(0, Rounds).SelectMany(_ => hits[0].Concat(hits[1]))];

        // What it will not read is more than all buffers on the way hold.
        Task sending = greedy.SendAsync(ahead);
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(expected[0].Body, (await other.AskAsync(hits[0])).Body);
        }

        for (int i = 0; i < 2 * Rounds; i++)
        {
            WireReply reply = await greedy.ReadAsync();
            Assert.Equal(("ttl", expected[i % 2].Body), (reply.CacheStatus, reply.Body));
        }
        await sending;
        Assert.Equal(passed, edge.Passed.Count);
    }

    [Fact]
    public async Task A_client_that_never_reads_its_hits_is_cut_off_in_time()
    {
        string body = Plans.Compiled("query", "SELECT repeat('a', 45000)::text AS s");
        await using EdgeHost edge = await StartAsync(configure: options => options.Connections.AnswerTimeout = TimeSpan.FromSeconds(1));
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, body, Minute);
        await connection.AskAsync(hit);

        Exception? failure = await Record.ExceptionAsync(async () =>
        {
            while (true)
            {
                await connection.SendAsync(hit);
            }
        });

        Assert.IsType<IOException>(failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_may_be_cut_anywhere(bool encrypted)
    {
        await using EdgeHost edge = await StartAsync(encrypted);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        await connection.AskAsync(hit);

        foreach (int cut in new[] { 1, 4, 25, hit.Length - Ask.Length - 3, hit.Length - Ask.Length, hit.Length - 1 })
        {
            await connection.SendAsync(hit.AsMemory(0, cut));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Equal("ttl", (await connection.AskAsync(hit.AsMemory(cut))).CacheStatus);
        }
    }

    [Fact]
    public async Task A_request_of_several_buffers_is_a_hit_too()
    {
        await using EdgeHost edge = await StartAsync();
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask + new string(' ', 30_000), Minute);
        byte[] tooLong = KeptConnection.Request(edge, Ask + new string(' ', 70_000), Minute);
        await connection.AskAsync(hit);
        await connection.AskAsync(tooLong);
        int passed = edge.Passed.Count;

        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
        Assert.Equal(passed, edge.Passed.Count);
        Assert.Equal("ttl", (await connection.AskAsync(tooLong)).CacheStatus);
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
        Assert.Equal(passed + 1, edge.Passed.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_comes_too_slowly_is_timed_and_answered_by_kestrel(bool encrypted)
    {
        await using EdgeHost edge = await StartAsync(encrypted);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        await connection.AskAsync(hit);
        int body = hit.Length - Ask.Length;

        // A head whose body is awaited: where it ends is known, so that the next one is a hit again.
        await connection.SendAsync(hit.AsMemory(0, body + 5));
        await Task.Delay(BeyondPatience, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal("ttl", (await connection.AskAsync(hit.AsMemory(body + 5))).CacheStatus);
        Assert.Equal(2, edge.Passed.Count);
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
        Assert.Equal(2, edge.Passed.Count);
        // Half a head: nothing is known.
        await connection.SendAsync(hit.AsMemory(0, 30));
        await Task.Delay(BeyondPatience, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal("ttl", (await connection.AskAsync(hit.AsMemory(30))).CacheStatus);
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
        Assert.Equal(4, edge.Passed.Count);
    }

    [Fact]
    public async Task A_client_that_sends_half_a_head_is_cut_off_in_time()
    {
        await using EdgeHost edge = await StartAsync(configure: options => options.Connections.HeadersTimeout = TimeSpan.FromSeconds(1));
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        await connection.AskAsync(hit);

        await connection.SendAsync(hit.AsMemory(0, 30));
        WireReply refused = await connection.ReadAsync();

        Assert.StartsWith("HTTP/1.1 408", refused.StatusLine, StringComparison.Ordinal);
        Assert.True(await connection.IsClosedAsync());
    }

    [Fact]
    public async Task A_connection_that_has_hits_all_the_time_is_not_idle()
    {
        var keepAlive = TimeSpan.FromSeconds(2);
        await using EdgeHost edge = await StartAsync(configure: options => options.Connections.KeepAlive = keepAlive);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        await connection.AskAsync(hit);

        for (int i = 0; i < 40; i++)
        {
            await Task.Delay(keepAlive / 10, TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
        }

        Assert.InRange(edge.Passed.Count, 2, 39);
    }

    [Fact]
    public async Task An_idle_connection_with_hits_behind_it_does_not_delay_the_stop()
    {
        await using EdgeHost edge = await StartAsync();
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        await connection.AskAsync(hit);
        await connection.AskAsync(hit);

        Task stopping = edge.StopAsync();

        Assert.True(await connection.IsClosedAsync());
        await stopping;
    }

    [Fact]
    public async Task A_key_that_has_ended_gets_no_hit_on_a_connection_that_had_some()
    {
        await using EdgeHost edge = await StartAsync();
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);
        await connection.AskAsync(hit);
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);

        edge.Keys.Remove(edge.Key);

        Assert.StartsWith("HTTP/1.1 401", (await connection.AskAsync(hit)).StatusLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_invalidated_is_no_hit_on_a_connection_that_had_some()
    {
        await using EdgeHost edge = await StartAsync();
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute, "accelerate-cache-tags: a,b");
        await connection.AskAsync(hit);
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);

        await edge.PostAsync("/invalidate", """{"tags":["b"]}""");

        Assert.Equal("miss", (await connection.AskAsync(hit)).CacheStatus);
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
    }

    [Fact]
    public async Task A_key_that_asks_too_fast_is_refused_its_hits_as_all_else()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await StartAsync(time: time, configure: options => options.Callers.RequestsPerSecondPerKey = 2);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);

        List<string> statuses = [];
        for (int i = 0; i < 5; i++)
        {
            statuses.Add((await connection.AskAsync(hit)).StatusLine);
        }

        Assert.All(statuses[..4], status => Assert.Equal("HTTP/1.1 200 OK", status));
        Assert.StartsWith("HTTP/1.1 429", statuses[4], StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal("ttl", (await connection.AskAsync(hit)).CacheStatus);
    }

    [Fact]
    public async Task Hits_are_in_the_statistics_and_in_the_metrics()
    {
        await using EdgeHost edge = await StartAsync();
        using var readings = new Readings(edge);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] hit = KeptConnection.Request(edge, Ask, Minute);

        for (int i = 0; i < 4; i++)
        {
            await connection.AskAsync(hit);
        }

        Assert.Equal(1, edge.Passed.Count);
        await Eventually.EqualAsync(4, () => readings["dormouse.edge.request.duration b ok"]);
        Assert.Equal(3, readings["dormouse.cache.finds ttl"]);
    }

    [Fact]
    public async Task A_stale_answer_goes_the_long_way_and_is_refreshed()
    {
        var time = new ManualTimeProvider();
        await using EdgeHost edge = await StartAsync(time: time);
        await using KeptConnection connection = await KeptConnection.OpenAsync(edge);
        byte[] stale = KeptConnection.Request(edge, Ask, Minute + ",stale-while-revalidate=600");
        await connection.AskAsync(stale);
        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("swr", (await connection.AskAsync(stale)).CacheStatus);
        await Eventually.TrueAsync(() => edge.Service<AnswerCache>().SizeOfAll().Flying == 0);
        WireReply renewed = await connection.AskAsync(stale);

        Assert.Equal(("ttl", """{"data":[{"n":2}]}"""), (renewed.CacheStatus, renewed.Body));
    }

    private Task<EdgeHost> StartAsync(bool encrypted = false, TimeProvider? time = null, Action<EdgeOptions>? configure = null) =>
        EdgeHost.StartAsync(
            options =>
            {
                options.Tls = encrypted ? new TlsOptions { DevelopmentFolder = folder.Path } : null;
                configure?.Invoke(options);
            },
            time,
            Counter
        );
}
