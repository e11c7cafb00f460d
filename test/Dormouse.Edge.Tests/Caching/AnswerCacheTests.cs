using Dormouse.Contracts;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Tests.Caching;

public sealed class AnswerCacheTests
{
    private static readonly CacheKey One = TestCache.Key("one");
    private static readonly CacheKey Two = TestCache.Key("two");

    [Fact]
    public void An_answer_is_fresh_for_its_time_to_live_then_stale_then_gone()
    {
        var cache = new TestCache();
        CacheStrategy strategy = TestCache.Seconds(10, 5);
        cache.Land(cache.Begin(One, strategy), "first");

        Assert.Equal(Freshness.Fresh, Look());
        cache.Advance(9.999);
        Assert.Equal(Freshness.Fresh, Look());
        cache.Advance(0.001);
        Assert.Equal(Freshness.Stale, Look());
        cache.Advance(4.999);
        Assert.Equal(Freshness.Stale, Look());
        cache.Advance(0.001);
        Assert.Equal(Freshness.None, Look());

        Freshness Look() => cache.Answers.Find(TestCache.Tenant, One, strategy).Freshness;
    }

    [Fact]
    public void Age_counts_from_the_moment_before_the_query_was_begun()
    {
        var cache = new TestCache();
        Flight slow = cache.Begin(One, TestCache.Seconds(10));
        cache.Advance(8);
        cache.Land(slow, "slow");

        Assert.Equal("slow", cache.Text(One, TestCache.Seconds(10)));
        cache.Advance(2);
        Assert.Null(cache.Text(One, TestCache.Seconds(10)));
    }

    [Fact]
    public void An_answer_that_came_after_its_time_is_not_kept()
    {
        var cache = new TestCache();
        Flight slow = cache.Begin(One, TestCache.Seconds(1));
        cache.Advance(1);
        cache.Land(slow, "late");

        Assert.Equal(0, cache.Answers.SizeOfAll().Entries);
    }

    [Fact]
    public void Each_request_judges_by_its_own_strategy()
    {
        var cache = new TestCache();
        cache.Land(cache.Begin(One, TestCache.Seconds(60)), "kept");
        cache.Advance(20);

        Assert.Equal("kept", cache.Text(One, TestCache.Seconds(21)));
        Assert.Null(cache.Text(One, TestCache.Seconds(20)));
        Assert.Equal(Freshness.Stale, cache.Answers.Find(TestCache.Tenant, One, TestCache.Seconds(5, 60)).Freshness);
    }

    [Fact]
    public void Whoever_takes_older_answers_keeps_one_alive_for_longer()
    {
        var cache = new TestCache();
        cache.Land(cache.Begin(One, TestCache.Seconds(10)), "kept");
        cache.Advance(5);
        Assert.NotNull(cache.Text(One, TestCache.Seconds(100)));
        cache.Advance(50);

        cache.Answers.Sweep();

        Assert.Equal("kept", cache.Text(One, TestCache.Seconds(100)));
    }

    [Fact]
    public void Requests_for_the_same_key_join_one_flight_and_find_its_answer_afterwards()
    {
        var cache = new TestCache();
        Flight flight = cache.Begin(One, TestCache.Seconds(10));

        CacheJoin second = cache.Answers.Join(TestCache.Tenant, One, [], TestCache.Seconds(10), cache.Counters);
        CacheJoin other = cache.Answers.Join(TestCache.Tenant, Two, [], TestCache.Seconds(10), cache.Counters);
        cache.Land(flight, "shared");
        CacheJoin third = cache.Answers.Join(TestCache.Tenant, One, [], TestCache.Seconds(10), cache.Counters);

        Assert.Same(flight, second.Flight);
        Assert.False(second.Leads);
        Assert.True(other.Leads);
        Assert.Null(third.Flight);
        Assert.Equal("shared", TestCache.TextOf(third.Found));
    }

    [Fact]
    public void Tenants_never_meet()
    {
        var cache = new TestCache();
        cache.Land(cache.Begin(One, TestCache.Seconds(10), "tag"), "mine");
        DatabaseId other = DatabaseId.New();

        Assert.Equal(Freshness.None, cache.Answers.Find(other, One, TestCache.Seconds(10)).Freshness);
        Assert.True(cache.Answers.Join(other, One, [], TestCache.Seconds(10), cache.Counters).Leads);
        Assert.Equal(0, cache.Answers.Invalidate(other, ["tag"]));
        Assert.Equal(0, cache.Answers.InvalidateAll(other));
        Assert.Equal("mine", cache.Text(One, TestCache.Seconds(10)));
    }

    [Fact]
    public void An_invalidation_removes_what_has_the_tag_and_nothing_else()
    {
        var cache = new TestCache();
        cache.Land(cache.Begin(One, TestCache.Seconds(10), "a", "b"), "one");
        cache.Land(cache.Begin(Two, TestCache.Seconds(10), "b", "c"), "two");

        Assert.Equal(1, cache.Answers.Invalidate(TestCache.Tenant, ["a", "unknown"]));
        Assert.Null(cache.Text(One, TestCache.Seconds(10)));
        Assert.Equal("two", cache.Text(Two, TestCache.Seconds(10)));
        Assert.Equal(1, cache.Answers.Invalidate(TestCache.Tenant, ["c", "b"]));
        Assert.Equal(0, cache.Answers.SizeOf(TestCache.Tenant).Tags);
    }

    [Fact]
    public void A_fill_that_began_before_an_invalidation_is_not_kept_and_not_joined()
    {
        var cache = new TestCache();
        Flight before = cache.Begin(One, TestCache.Seconds(10), "a");
        Flight untouched = cache.Begin(Two, TestCache.Seconds(10), "b");
        cache.Answers.Invalidate(TestCache.Tenant, ["a"]);

        Flight after = cache.Begin(One, TestCache.Seconds(10), "a");
        cache.Land(after, "new");
        cache.Land(before, "old");
        cache.Land(untouched, "other");

        Assert.Equal("new", cache.Text(One, TestCache.Seconds(10)));
        Assert.Equal("other", cache.Text(Two, TestCache.Seconds(10)));
        Assert.Equal(0, cache.Answers.SizeOfAll().Flying);
    }

    [Fact]
    public void Invalidating_all_voids_every_fill_of_the_database()
    {
        var cache = new TestCache();
        cache.Land(cache.Begin(One, TestCache.Seconds(10)), "one");
        Flight flight = cache.Begin(Two, TestCache.Seconds(10));

        Assert.Equal(1, cache.Answers.InvalidateAll(TestCache.Tenant));
        cache.Land(flight, "two");

        Assert.Equal(0, cache.Answers.SizeOfAll().Entries);
    }

    [Fact]
    public void A_refresh_that_began_before_an_invalidation_changes_nothing()
    {
        var cache = new TestCache();
        CacheStrategy strategy = TestCache.Seconds(1, 100);
        cache.Land(cache.Begin(One, strategy, "a"), "old");
        cache.Advance(2);
        CacheEntry stale = cache.Answers.Find(TestCache.Tenant, One, strategy).Entry!;
        Flight refresh = cache.Answers.TryBeginRefresh(stale, ["a"], strategy)!;

        cache.Answers.Invalidate(TestCache.Tenant, ["a"]);
        cache.Land(refresh, "older than the invalidation");

        Assert.Null(cache.Text(One, strategy));
        Assert.Null(cache.Answers.TryBeginRefresh(stale, ["a"], strategy));
    }

    [Fact]
    public void There_is_one_refresh_at_once_for_a_key_and_a_bound_for_all()
    {
        var cache = new TestCache(options => (options.MaxRefreshes, options.MaxRefreshesPerDatabase) = (3, 2));
        CacheStrategy strategy = TestCache.Seconds(1, 1_000);
        DatabaseId other = DatabaseId.New();
        CacheEntry[] mine = [.. Enumerable.Range(0, 4).Select(i => Stale(TestCache.Tenant, i))];
        CacheEntry[] theirs = [.. Enumerable.Range(0, 4).Select(i => Stale(other, i))];
        cache.Advance(2);

        Flight first = Refresh(mine[0])!;
        Assert.Null(Refresh(mine[0]));
        Assert.NotNull(Refresh(mine[1]));
        Assert.Null(Refresh(mine[2]));
        Assert.NotNull(Refresh(theirs[0]));
        Assert.Null(Refresh(theirs[1]));
        cache.Land(first, "new");
        Assert.NotNull(Refresh(theirs[1]));

        Flight? Refresh(CacheEntry entry) => cache.Answers.TryBeginRefresh(entry, [], strategy);
        CacheEntry Stale(DatabaseId tenant, int number)
        {
            cache.Ask(TestCache.Key(number), 10, tenant, strategy);
            return cache.Answers.Find(tenant, TestCache.Key(number), strategy).Entry!;
        }
    }

    [Fact]
    public void A_refresh_that_failed_is_not_tried_again_at_once()
    {
        var cache = new TestCache();
        CacheStrategy strategy = TestCache.Seconds(1, 100);
        cache.Land(cache.Begin(One, strategy), "old");
        cache.Advance(2);
        CacheEntry stale = cache.Answers.Find(TestCache.Tenant, One, strategy).Entry!;

        cache.Answers.Fail(cache.Answers.TryBeginRefresh(stale, [], strategy)!);

        Assert.Null(cache.Answers.TryBeginRefresh(stale, [], strategy));
        Assert.Equal("old", cache.Text(One, strategy));
        cache.Advance(1);
        Assert.NotNull(cache.Answers.TryBeginRefresh(stale, [], strategy));
    }

    [Fact]
    public void A_sweep_leaves_nothing_of_what_is_over()
    {
        var cache = new TestCache();
        for (var i = 0; i < 1_000; i++)
        {
            cache.Ask(TestCache.Key(i), 100, null, TestCache.Seconds(i % 2 == 0 ? 10 : 1_000), $"tag{i}");
        }
        cache.Advance(20);

        cache.Answers.Sweep();
        Assert.Equal((500, 500), (cache.Answers.SizeOfAll().Entries, cache.Answers.SizeOfAll().Tags));
        cache.Advance(1_000);
        cache.Answers.Sweep();

        Assert.Equal(new CacheSize(0, 0, 0, 0), cache.Answers.SizeOfAll());
    }

    [Fact]
    public void A_sweep_leaves_a_tenant_whose_query_is_on_its_way()
    {
        var cache = new TestCache();
        Flight flight = cache.Begin(One, TestCache.Seconds(10), "a");
        cache.Answers.Sweep();

        cache.Answers.Invalidate(TestCache.Tenant, ["a"]);
        cache.Land(flight, "old");

        Assert.Null(cache.Text(One, TestCache.Seconds(10)));
    }
}
