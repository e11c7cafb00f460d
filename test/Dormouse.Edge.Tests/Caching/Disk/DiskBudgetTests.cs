using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;

namespace Dormouse.Edge.Tests.Caching.Disk;

/// <summary>What the tier may take of the disk, of memory, and of the time of others.</summary>
public sealed class DiskBudgetTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public async Task What_memory_has_no_room_for_comes_back_from_disk()
    {
        using var tier = new TestTier(memory: Small);
        for (var key = 0; key < 200; key++)
        {
            tier.Fill(TestCache.Key(key), new string((char)('a' + (key % 26)), 8_000));
        }
        Assert.InRange(tier.Answers.SizeOfAll().Entries, 1, 130);
        tier.WriteAll();

        for (var key = 0; key < 200; key++)
        {
            Assert.Equal(new string((char)('a' + (key % 26)), 8_000), await tier.AskAsync(TestCache.Key(key)));
            Assert.InRange(tier.Answers.Bytes, 0, Mebibyte);
        }
    }

    [Fact]
    public async Task Files_stay_within_the_budget_and_the_oldest_go_first()
    {
        using var tier = new TestTier(SmallDisk, Small);
        for (var key = 0; key < 500; key++)
        {
            tier.Fill(TestCache.Key(key), new string('x', 100_000));
            tier.WriteAll();
            Assert.InRange(tier.Disk.Size.Bytes, 1, 16 * Mebibyte);
            Assert.InRange(OnDisk(tier), 1, 16 * Mebibyte);
        }

        Assert.Null(await tier.AskAsync(TestCache.Key(0)));
        Assert.Null(await tier.AskAsync(TestCache.Key(300)));
        Assert.NotNull(await tier.AskAsync(TestCache.Key(400)));
        Assert.NotNull(await tier.AskAsync(TestCache.Key(499)));
        (long bytes, int entries) = (tier.Disk.Size.Bytes, tier.Disk.Size.Entries);
        tier.Kill();
        Assert.Equal((bytes, entries), (tier.Disk.Size.Bytes, tier.Disk.Size.Entries));
    }

    [Fact]
    public async Task A_database_within_its_share_loses_nothing_whatever_the_others_do()
    {
        DatabaseId modest = DatabaseId.New();
        DatabaseId[] greedy = [DatabaseId.New(), DatabaseId.New()];
        using var tier = new TestTier(
            disk =>
            {
                disk.MaxBytes = 24 * Mebibyte;
                disk.MaxBytesPerDatabase = 16 * Mebibyte;
            },
            Small
        );
        for (var key = 0; key < 20; key++)
        {
            tier.Fill(TestCache.Key(key), $"modest {key}", tenant: modest);
        }
        tier.WriteAll();
        for (var key = 0; key < 400; key++)
        {
            tier.Fill(TestCache.Key(key), new string('x', 100_000), tenant: greedy[key % 2]);
            tier.WriteAll();
            Assert.InRange(OnDisk(tier), 1, 24 * Mebibyte);
        }
        tier.Kill();

        for (var key = 0; key < 20; key++)
        {
            Assert.Equal($"modest {key}", await tier.AskAsync(TestCache.Key(key), tenant: modest));
        }
    }

    [Fact]
    public void A_budget_that_became_smaller_holds_from_the_start()
    {
        long most = 64 * Mebibyte;
        using var tier = new TestTier(disk => disk.MaxBytes = disk.MaxBytesPerDatabase = most, Small);
        for (var key = 0; key < 300; key++)
        {
            tier.Fill(TestCache.Key(key), new string('x', 100_000));
            tier.WriteAll();
        }
        Assert.InRange(tier.Disk.Size.Bytes, 25 * Mebibyte, 64 * Mebibyte);

        most = 16 * Mebibyte;
        tier.Kill();

        Assert.InRange(tier.Disk.Size.Bytes, 1, 16 * Mebibyte);
        Assert.InRange(OnDisk(tier), 1, 16 * Mebibyte);
    }

    [Fact]
    public void What_comes_while_the_queue_is_full_is_not_written_and_nobody_waits()
    {
        using var tier = new TestTier(disk => disk.MaxQueuedBytes = 64 * 1024);
        for (var key = 0; key < 20; key++)
        {
            tier.Fill(TestCache.Key(key), new string('x', 10_000));
        }
        tier.Answers.OfferAll(again: true, () => true);
        Assert.InRange(tier.Disk.Size.QueuedBytes, 60_000, 64 * 1024);
        while (tier.Disk.Write(long.MaxValue) > 0) { }
        Assert.Equal(6, tier.Disk.Size.Entries);

        // Later, when there is room again, it is.
        tier.WriteAll();
        tier.WriteAll();
        tier.WriteAll();
        Assert.Equal(20, tier.Disk.Size.Entries);
    }

    [Fact]
    public void Nothing_is_written_that_has_not_long_to_live_or_is_there_already()
    {
        using var tier = new TestTier(disk => disk.MinRest = TimeSpan.FromSeconds(10));
        tier.Fill(TestCache.Key(1), "short", TestCache.Seconds(9));
        tier.Fill(TestCache.Key(2), "long", TestCache.Seconds(60));
        tier.WriteAll();
        long bytes = new FileInfo(Assert.Single(tier.Segments())).Length;
        tier.WriteAll();

        Assert.Equal(1, tier.Disk.Size.Entries);
        Assert.Equal(bytes, new FileInfo(Assert.Single(tier.Segments())).Length);
    }

    [Fact]
    public async Task Memory_for_the_index_stays_within_its_budget_tags_included()
    {
        using var tier = new TestTier(disk => disk.MaxIndexBytes = Mebibyte);
        for (var key = 0; key < 12_000; key++)
        {
            tier.Fill(TestCache.Key(key), "small");
            if (key % 2_000 == 0)
            {
                tier.WriteAll();
                Assert.InRange(tier.Disk.Size.IndexBytes, 0, Mebibyte);
            }
        }
        tier.Kill();
        tier.Fill(TestCache.Key(0), "small", tags: "tag 3 3");
        tier.Stop();
        for (var call = 0; call < 400; call++)
        {
            tier.Answers.Invalidate(TestCache.Tenant, [.. Enumerable.Range(0, 100).Select(tag => $"tag {call} {tag}")]);
            Assert.InRange(tier.Disk.Size.IndexBytes, 0, 2 * Mebibyte);
        }
        Assert.Null(await tier.AskAsync(TestCache.Key(0), tags: "tag 3 3"));
        Assert.True(tier.Disk.IsOn);
    }

    [Fact]
    public async Task One_read_serves_all_who_ask_for_the_same()
    {
        using var tier = new TestTier();
        tier.Fill(TestCache.Key(1), "kept");
        tier.Stop();
        var look = new CacheLook(TestCache.Tenant, TestCache.Key(1), TestCache.Seconds(60), [], default);

        Recall first = tier.Answers.TryRecall(look, out bool firstLeads)!;
        Recall second = tier.Answers.TryRecall(look, out bool secondLeads)!;
        Assert.Same(first, second);
        Assert.Equal((true, false), (firstLeads, secondLeads));
        Task<string?> waiting = tier.AskAsync(TestCache.Key(1));
        Assert.False(waiting.IsCompleted);
        tier.Answers.Land(first, tier.Disk.Read(TestCache.Tenant, look.Key, first.Entry), look.Strategy, tier.Memory.Counters);

        Assert.Equal("kept", await waiting);
    }

    private static void Small(CacheOptions memory)
    {
        memory.MaxBytes = memory.MaxBytesPerDatabase = Mebibyte;
        memory.MaxEntryBytes = 128 * 1024;
    }

    private static void SmallDisk(DiskCacheOptions disk) => disk.MaxBytes = disk.MaxBytesPerDatabase = 16 * Mebibyte;

    private static long OnDisk(TestTier tier) =>
        Directory
            .EnumerateDirectories(tier.Folder)
            .SelectMany(Directory.EnumerateFiles)
            .Sum(file => Segment.BytesOf(new FileInfo(file).Length));
}
