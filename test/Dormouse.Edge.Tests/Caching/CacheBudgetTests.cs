using Dormouse.Contracts;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Tests.Caching;

public sealed class CacheBudgetTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public void Neither_the_whole_nor_a_database_ever_takes_more_than_its_budget()
    {
        var cache = new TestCache(options =>
        {
            (options.MaxBytes, options.MaxBytesPerDatabase, options.MaxEntryBytes) = (4 * Mebibyte, 2 * Mebibyte, 64 * 1024);
        });
        DatabaseId[] tenants = [.. Enumerable.Range(0, 5).Select(_ => DatabaseId.New())];
        var random = new Random(7);
        for (var i = 0; i < 40_000; i++)
        {
            DatabaseId tenant = tenants[random.Next(tenants.Length)];
            cache.Ask(TestCache.Key(random.Next(20_000)), random.Next(4_000), tenant, null, $"tag{random.Next(3_000)}", "common");
            if (i % 100 == 0)
            {
                Assert.InRange(cache.Answers.Bytes, 0, 4 * Mebibyte);
                Assert.All(tenants, id => Assert.InRange(cache.Answers.SizeOf(id).Bytes, 0, 2 * Mebibyte));
            }
        }

        Assert.InRange(cache.Answers.Bytes, 3.9 * Mebibyte, 4 * Mebibyte);
    }

    [Fact]
    public void Ghosts_are_charged_too_and_stay_few()
    {
        var cache = new TestCache(options =>
        {
            (options.MaxBytes, options.MaxBytesPerDatabase, options.MaxEntryBytes) = (Mebibyte, Mebibyte, 64 * 1024);
        });
        for (var i = 0; i < 200_000; i++)
        {
            cache.Ask(TestCache.Key(i), 0);
        }

        CacheSize size = cache.Answers.SizeOf(TestCache.Tenant);
        Assert.InRange(size.Bytes, 0.99 * Mebibyte, Mebibyte);
        Assert.InRange(size.Entries, 1_800, 2_100);
    }

    [Fact]
    public void An_answer_above_the_entry_limit_is_given_and_not_kept()
    {
        var cache = new TestCache(options => options.MaxEntryBytes = 2_000);

        cache.Ask(TestCache.Key(1), 2_000);
        cache.Ask(TestCache.Key(2), 2_001);

        Assert.NotNull(cache.Text(TestCache.Key(1), TestCache.Seconds(10)));
        Assert.Null(cache.Text(TestCache.Key(2), TestCache.Seconds(10)));
    }

    [Fact]
    public void A_scan_leaves_what_is_used_where_it_is()
    {
        var cache = new TestCache(options =>
        {
            (options.MaxBytes, options.MaxBytesPerDatabase, options.MaxEntryBytes) = (2 * Mebibyte, 2 * Mebibyte, 64 * 1024);
        });
        const int Hot = 500;
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < Hot; i++)
            {
                cache.Ask(TestCache.Key(i), 1_000);
            }
        }
        var found = 0;
        for (var i = 0; i < 50_000; i++)
        {
            cache.Ask(TestCache.Key(1_000_000 + i), 1_000);
            found += cache.Ask(TestCache.Key(i % Hot), 1_000) ? 1 : 0;
        }

        Assert.Equal(50_000, found);
    }

    [Fact]
    public void A_database_that_keeps_to_its_share_loses_nothing_to_one_that_floods()
    {
        var cache = new TestCache(options =>
        {
            (options.MaxBytes, options.MaxBytesPerDatabase, options.MaxEntryBytes) = (2 * Mebibyte, 2 * Mebibyte, 64 * 1024);
        });
        DatabaseId modest = DatabaseId.New();
        for (var i = 0; i < 400; i++)
        {
            cache.Ask(TestCache.Key(i), 1_000, modest);
        }

        for (var i = 0; i < 20_000; i++)
        {
            cache.Ask(TestCache.Key(i), 1_000);
        }

        Assert.Equal(400, cache.Answers.SizeOf(modest).Entries);
        Assert.All(Enumerable.Range(0, 400), i => Assert.True(cache.Ask(TestCache.Key(i), 1_000, modest)));
    }

    [Fact]
    public void A_newer_answer_of_another_size_is_charged_as_what_it_is()
    {
        var cache = new TestCache();
        CacheStrategy strategy = TestCache.Seconds(1, 100);
        CacheKey key = TestCache.Key(1);
        long empty = TestCacheBytes(cache, key, strategy, 0);
        cache.Advance(2);
        CacheEntry stale = cache.Answers.Find(TestCache.Tenant, key, strategy).Entry!;
        cache.Land(cache.Answers.TryBeginRefresh(stale, [], strategy)!, new string('x', 5_000));

        Assert.Equal(empty + 5_000, cache.Answers.SizeOf(TestCache.Tenant).Bytes);
        cache.Answers.InvalidateAll(TestCache.Tenant);
        cache.Answers.Sweep();
        Assert.Equal(0, cache.Answers.Bytes);
    }

    private static long TestCacheBytes(TestCache cache, CacheKey key, CacheStrategy strategy, int bytes)
    {
        cache.Ask(key, bytes, null, strategy);
        return cache.Answers.SizeOf(TestCache.Tenant).Bytes;
    }
}
