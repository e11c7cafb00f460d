using Dormouse.Edge.Tests.Caching.Disk;

namespace Dormouse.Edge.Tests.Caching;

/// <summary>Looks at the memory of the whole process, so that nothing else may run at the same time.</summary>
[Collection(nameof(CacheChargeTests))]
[CollectionDefinition(nameof(CacheChargeTests), DisableParallelization = true)]
public sealed class CacheChargeTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public void The_charge_for_an_entry_covers_what_the_runtime_takes_for_it()
    {
        const int Entries = 60_000;
        var cache = new TestCache(options => (options.MaxBytes, options.MaxBytesPerDatabase) = (1024 * Mebibyte, 1024 * Mebibyte));
        long before = Settled();

        for (var i = 0; i < Entries; i++)
        {
            cache.Ask(TestCache.Key(i), 200, null, null, $"tag number {i}", $"decade {i / 10}", "common");
        }
        long taken = Settled() - before;
        long charged = cache.Answers.Bytes;

        Assert.InRange(charged, taken, 2 * taken);
    }

    [Fact]
    public void The_charge_for_knowing_where_an_answer_is_on_disk_covers_what_the_runtime_takes_for_it()
    {
        const int Entries = 60_000;
        using var tier = new TestTier(disk => disk.MaxIndexBytes = 64 * Mebibyte, memory => memory.MaxBytesPerDatabase = memory.MaxBytes);
        for (var i = 0; i < Entries; i++)
        {
            tier.Fill(TestCache.Key(i), "small");
            if (i % 1_000 == 0)
            {
                tier.WriteAll();
            }
        }
        // Nothing of them is in memory after a start, but for where they are.
        tier.Stop();
        long charged = tier.Disk.Size.IndexBytes;
        int known = tier.Disk.Size.Entries;
        long with = Settled();
        tier.Answers.InvalidateAll(TestCache.Tenant);
        long taken = with - Settled();

        Assert.Equal(Entries, known);
        Assert.InRange(charged, taken, 3 * taken);
    }

    /// <summary>The memory of the process once what earlier tests left behind has gone: some of it goes only when its finalizers have run.</summary>
    private static long Settled()
    {
        const int MostLooks = 50;
        long last = long.MaxValue;
        for (int look = 0; look < MostLooks; look++)
        {
            GC.WaitForPendingFinalizers();
            long now = GC.GetTotalMemory(forceFullCollection: true);
            if (Math.Abs(last - now) < Mebibyte / 16)
            {
                return now;
            }
            last = now;
        }
        return last;
    }
}
