using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Caching;

public sealed class CacheFillsTests
{
    private static readonly CacheKey Key = TestCache.Key("key");
    private static readonly CacheStrategy Ten = TestCache.Seconds(10);
    private static readonly CacheStrategy StaleSoon = TestCache.Seconds(1, 100);

    [Fact]
    public async Task A_stampede_makes_one_query_and_all_get_its_answer()
    {
        var cache = new TestCache();
        var origin = new TaskCompletionSource<string>();
        var asked = 0;
        FakeQuery[] queries = [.. Enumerable.Range(0, 1_000).Select(_ => Query())];

        Task<ServedAnswer>[] requests = [.. queries.Select(query => AskAsync(cache, query))];
        origin.SetResult("answer");
        ServedAnswer[] answers = await Task.WhenAll(requests);

        Assert.Equal(1, asked);
        Assert.All(answers, answer => Assert.Equal("answer", Text(answer)));
        Assert.All(answers, answer => Assert.Equal(CacheStatus.Miss, answer.Status));
        Assert.Single(answers, answer => answer.IsOwn);
        Assert.All(queries, query => Assert.Equal(1, query.Disposals));
        CacheCounts counts = cache.Counters.Drain();
        Assert.Equal((1, 999), (counts.Misses, counts.Shared));

        FakeQuery Query() =>
            new(async _ =>
            {
                Interlocked.Increment(ref asked);
                return await origin.Task;
            });
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_waited_and_kept_for_nobody()
    {
        var cache = new TestCache();
        var origin = new TaskCompletionSource<string>();
        Task<ServedAnswer>[] requests =
        [
            .. Enumerable.Range(0, 10).Select(_ => AskAsync(cache, new FakeQuery(async _ => await origin.Task))),
        ];
        var failure = new DormouseException(FailureKind.Postgres, "DM9999", "no");

        origin.SetException(failure);

        foreach (Task<ServedAnswer> request in requests)
        {
            Assert.Same(failure, await Assert.ThrowsAsync<DormouseException>(() => request));
        }
        Assert.Equal("next", Text(await AskAsync(cache, new FakeQuery(_ => new("next")))));
        Assert.Equal(1, cache.Counters.Drain().Failures);
    }

    [Fact]
    public async Task When_the_first_client_leaves_the_query_goes_on_for_the_others()
    {
        var cache = new TestCache();
        var origin = new TaskCompletionSource<string>();
        using var leaver = new CancellationTokenSource();
        Task<ServedAnswer> first = AskUntilGoneAsync(cache, new FakeQuery(token => new(origin.Task.WaitAsync(token))), Ten, leaver.Token);
        Task<ServedAnswer> second = AskAsync(cache, new FakeQuery(_ => throw new InvalidOperationException("asked twice")));

        await leaver.CancelAsync();
        origin.SetResult("answer");

        Assert.Equal(FailureKind.ClientGone, (await Assert.ThrowsAsync<DormouseException>(() => first)).Kind);
        Assert.Equal("answer", Text(await second));
        Assert.Equal("answer", cache.Text(Key, Ten));
    }

    [Fact]
    public async Task When_a_client_that_waits_leaves_the_others_go_on()
    {
        var cache = new TestCache();
        var origin = new TaskCompletionSource<string>();
        using var leaver = new CancellationTokenSource();
        Task<ServedAnswer> first = AskAsync(cache, new FakeQuery(token => new(origin.Task.WaitAsync(token))));
        Task<ServedAnswer> second = AskUntilGoneAsync(cache, new FakeQuery(_ => new("never")), Ten, leaver.Token);

        await leaver.CancelAsync();
        Assert.Equal(FailureKind.ClientGone, (await Assert.ThrowsAsync<DormouseException>(() => second)).Kind);
        origin.SetResult("answer");

        Assert.Equal("answer", Text(await first));
    }

    [Fact]
    public async Task When_all_clients_have_left_the_query_is_cancelled_and_the_next_one_begins_anew()
    {
        var cache = new TestCache();
        var cancelled = new TaskCompletionSource();
        using var leaver = new CancellationTokenSource();
        Task<ServedAnswer> only = AskUntilGoneAsync(
            cache,
            new FakeQuery(async token =>
            {
                token.Register(cancelled.SetResult);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return "never";
            }),
            Ten,
            leaver.Token
        );

        await leaver.CancelAsync();
        await cancelled.Task;

        Assert.Equal(FailureKind.ClientGone, (await Assert.ThrowsAsync<DormouseException>(() => only)).Kind);
        Assert.Equal("next", Text(await AskAsync(cache, new FakeQuery(_ => new("next")))));
        Assert.Equal(0, cache.Answers.SizeOfAll().Flying);
    }

    [Fact]
    public async Task An_error_that_travels_as_an_answer_is_given_and_not_kept()
    {
        var cache = new TestCache();

        ServedAnswer answer = await AskAsync(cache, new FakeQuery(_ => new("an error")) { IsResult = false });

        Assert.Equal("an error", Text(answer));
        Assert.Equal(0, cache.Answers.SizeOfAll().Entries);
        answer.Dispose();
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_is_shared_while_anybody_sends_it()
    {
        var cache = new TestCache(options => options.MaxEntryBytes = 1_024);
        var origin = new TaskCompletionSource<string>();
        string large = new('x', 100_000);
        Task<ServedAnswer>[] requests =
        [
            .. Enumerable.Range(0, 5).Select(_ => AskAsync(cache, new FakeQuery(async _ => await origin.Task))),
        ];

        origin.SetResult(large);
        ServedAnswer[] answers = await Task.WhenAll(requests);
        answers[0].Dispose();
        answers[0].Dispose();

        Assert.All(answers[1..], answer => Assert.Equal(large, Text(answer)));
        foreach (ServedAnswer answer in answers)
        {
            answer.Dispose();
        }
        Assert.Equal(0, cache.Answers.SizeOfAll().Entries);
    }

    [Fact]
    public async Task A_stale_answer_is_given_at_once_and_renewed_by_one_query_in_the_background()
    {
        var cache = new TestCache();
        await AskAsync(cache, new FakeQuery(_ => new("old")), strategy: StaleSoon);
        cache.Advance(2);
        var origin = new TaskCompletionSource<string>();
        var asked = 0;
        FakeQuery[] queries = [.. Enumerable.Range(0, 20).Select(_ => Query())];

        foreach (FakeQuery query in queries)
        {
            CacheLook look = cache.Look(Key, StaleSoon);
            Assert.Equal(Freshness.Stale, look.Found.Freshness);
            cache.Fills.Refresh(look, query);
        }
        origin.SetResult("new");
        await Eventually.TrueAsync(() => cache.Text(Key, StaleSoon) == "new");

        Assert.Equal(1, asked);
        Assert.Equal(Freshness.Fresh, cache.Look(Key, StaleSoon).Found.Freshness);
        await Eventually.TrueAsync(() => queries.All(query => query.Disposals == 1));

        FakeQuery Query() =>
            new(async _ =>
            {
                Interlocked.Increment(ref asked);
                return await origin.Task;
            });
    }

    [Fact]
    public async Task Whoever_finds_nothing_while_a_refresh_is_on_its_way_waits_for_that()
    {
        var cache = new TestCache();
        await AskAsync(cache, new FakeQuery(_ => new("old")), strategy: StaleSoon);
        cache.Advance(2);
        var origin = new TaskCompletionSource<string>();
        cache.Fills.Refresh(cache.Look(Key, StaleSoon), new FakeQuery(async _ => await origin.Task));
        cache.Advance(100);

        Task<ServedAnswer> late = AskAsync(
            cache,
            new FakeQuery(_ => throw new InvalidOperationException("asked twice")),
            strategy: StaleSoon
        );
        origin.SetResult("new");

        Assert.Equal("new", Text(await late));
    }

    [Fact]
    public async Task A_refresh_that_fails_leaves_the_stale_answer_until_its_time_is_over()
    {
        var cache = new TestCache();
        await AskAsync(cache, new FakeQuery(_ => new("old")), strategy: StaleSoon);
        cache.Advance(2);

        var query = new FakeQuery(_ => throw new InvalidOperationException("away"));
        cache.Fills.Refresh(cache.Look(Key, StaleSoon), query);
        await Eventually.TrueAsync(() => cache.Answers.SizeOfAll().Flying == 0);

        Assert.Equal("old", cache.Text(Key, StaleSoon));
        cache.Advance(99);
        Assert.Null(cache.Text(Key, StaleSoon));
    }

    [Fact]
    public async Task Stopping_ends_refreshes_that_are_on_their_way()
    {
        var cache = new TestCache();
        await AskAsync(cache, new FakeQuery(_ => new("old")), strategy: StaleSoon);
        cache.Advance(2);
        var begun = new TaskCompletionSource();
        cache.Fills.Refresh(
            cache.Look(Key, StaleSoon),
            new FakeQuery(async token =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return "never";
            })
        );
        await begun.Task;

        await cache.Fills.StopAsync();

        Assert.Equal(0, cache.Answers.SizeOfAll().Flying);
    }

    [Fact]
    public async Task With_the_option_an_old_answer_stands_in_for_a_database_that_is_away()
    {
        var cache = new TestCache(options => options.StaleOnError = TimeSpan.FromMinutes(1));
        await AskAsync(cache, new FakeQuery(_ => new("old")));
        cache.Advance(30);
        var away = new DormouseException(FailureKind.ComputeAsleep, "DM9999", "cannot be woken");

        ServedAnswer answer = await AskAsync(cache, new FakeQuery(_ => throw away));

        Assert.Equal("old", Text(answer));
        Assert.Equal(CacheStatus.Swr, answer.Status);
        Assert.Equal(30, answer.Age.TotalSeconds);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            AskAsync(cache, new FakeQuery(_ => throw new InvalidOperationException("a defect")))
        );
        cache.Advance(41);
        await Assert.ThrowsAsync<DormouseException>(() => AskAsync(cache, new FakeQuery(_ => throw away)));
    }

    [Fact]
    public async Task An_invalidated_answer_stands_in_for_nothing()
    {
        var cache = new TestCache(options => options.StaleOnError = TimeSpan.FromMinutes(1));
        await AskAsync(cache, new FakeQuery(_ => new("old")));
        cache.Advance(30);
        CacheLook look = cache.Look(Key, Ten);
        cache.Answers.InvalidateAll(TestCache.Tenant);

        var query = new FakeQuery(_ => throw new DormouseException(FailureKind.Compute, "DM9999", "away"));

        await Assert.ThrowsAsync<DormouseException>(async () =>
            await cache.Fills.AskAsync(look, query, cache.Counters, TestContext.Current.CancellationToken)
        );
    }

    private static Task<ServedAnswer> AskAsync(TestCache cache, FakeQuery query, CacheStrategy? strategy = null) =>
        AskUntilGoneAsync(cache, query, strategy ?? Ten, CancellationToken.None);

    private static async Task<ServedAnswer> AskUntilGoneAsync(
        TestCache cache,
        FakeQuery query,
        CacheStrategy strategy,
        CancellationToken clientGone
    )
    {
        await query.PrepareAsync(clientGone);
        return await cache.Fills.AskAsync(cache.Look(Key, strategy), query, cache.Counters, clientGone);
    }

    private static string Text(in ServedAnswer answer) => Encoding.UTF8.GetString(answer.Json.Span);
}
