using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Tests.Caching.Disk;

/// <summary>
/// Random histories of questions, writes, invalidations, evictions, writes to disk, kills, stops and clock jumps, against a model that
/// knows what each key's answer was when. No answer is older than its strategy says, nor than the last invalidation that concerns it.
/// </summary>
public sealed class TierModelTests
{
    private const int Keys = 24;

    [Theory]
    [InlineData(1, 3_000)]
    [InlineData(2, 3_000)]
    [InlineData(3, 3_000)]
    public Task No_history_brings_back_what_was_void_or_too_old(int seed, int steps) => RunAsync(seed, steps);

    [Fact]
    [Trait("Category", "Long")]
    public async Task Nor_does_any_of_many()
    {
        for (var seed = 100; seed < 200; seed++)
        {
            await RunAsync(seed, 10_000);
        }
    }

    private static async Task RunAsync(int seed, int steps)
    {
        var random = new Random(seed);
        using var tier = new TestTier(
            disk => disk.MaxBytes = disk.MaxBytesPerDatabase = 16 * 1024 * 1024,
            memory =>
            {
                memory.MaxBytes = memory.MaxBytesPerDatabase = 256 * 1024;
                memory.MaxEntryBytes = 32 * 1024;
            }
        );
        var version = 0;
        var validFrom = new int[Keys];
        var askedAt = new Dictionary<int, double>();
        double now = 0;
        var recalled = 0;
        for (var step = 0; step < steps; step++)
        {
            int key = random.Next(Keys);
            switch (random.Next(12))
            {
                case < 6:
                    bool isInMemory = TestCache.TextOf(tier.Answers.Find(TestCache.Tenant, Key(key), TestCache.Seconds(50))) is not null;
                    string? text = await tier.AskAsync(Key(key), TestCache.Seconds(50), null, Tags(key));
                    if (text is null)
                    {
                        askedAt[++version] = now;
                        tier.Fill(Key(key), $"{version}".PadRight(random.Next(20_000)), TestCache.Seconds(50), null, Tags(key));
                        break;
                    }
                    recalled += isInMemory ? 0 : 1;
                    int given = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
                    Assert.True(given > validFrom[key], $"step {step}, key {key}: {given} after {validFrom[key]} was void");
                    Assert.True(now - askedAt[given] < 50, $"step {step}, key {key}: {now - askedAt[given]} s old");
                    break;
                case 6:
                    tier.Answers.Invalidate(TestCache.Tenant, [$"key {key}"]);
                    validFrom[key] = version;
                    break;
                case 7 when random.Next(10) == 0:
                    bool isEven = random.Next(2) == 0;
                    tier.Answers.Invalidate(TestCache.Tenant, [isEven ? "even" : "odd"]);
                    Void(other => other % 2 == 0 == isEven);
                    break;
                case 8 when random.Next(20) == 0:
                    tier.Answers.InvalidateAll(TestCache.Tenant);
                    Void(static _ => true);
                    break;
                case 9:
                    tier.Answers.OfferAll(again: true, () => true);
                    tier.Disk.Write(random.Next(60_000));
                    break;
                case 10 when random.Next(3) == 0:
                    (random.Next(2) == 0 ? (Action)tier.Kill : tier.Stop)();
                    break;
                case 10:
                    tier.Clock.SetWall(random.Next(-20, 5));
                    break;
                default:
                    double by = random.NextDouble() * 3;
                    now += by;
                    tier.Clock.Advance(by);
                    break;
            }
        }
        Assert.True(recalled > 20, $"{recalled} came from disk");

        void Void(Func<int, bool> concerns)
        {
            foreach (int other in Enumerable.Range(0, Keys).Where(concerns))
            {
                validFrom[other] = version;
            }
        }
    }

    private static CacheKey Key(int key) => TestCache.Key(key);

    private static string[] Tags(int key) => [$"key {key}", key % 2 == 0 ? "even" : "odd"];
}
