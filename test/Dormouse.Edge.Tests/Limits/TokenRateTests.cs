using Dormouse.Edge.Limits;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Limits;

public sealed class TokenRateTests
{
    private static readonly ManualTimeProvider Clock = new();

    [Fact]
    public void A_full_bucket_gives_its_size_at_once_and_then_the_rate()
    {
        var rate = new TokenRate(perSecond: 10, size: 20, Clock);
        long bucket = 0;
        long now = 1_000 * TimeSpan.TicksPerSecond;

        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => rate.TryTake(ref bucket, now)));
        now += TimeSpan.TicksPerSecond / 10;
        Assert.Equal(1, Enumerable.Range(0, 100).Count(_ => rate.TryTake(ref bucket, now)));
        now += 1_000 * TimeSpan.TicksPerSecond;
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => rate.TryTake(ref bucket, now)));
    }

    [Fact]
    public void Without_a_rate_there_is_no_limit()
    {
        var rate = new TokenRate(perSecond: 0, size: 0, Clock);
        long bucket = 0;

        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.True(rate.TryTake(ref bucket, 0)));
    }

    // Against the bucket as the books have it: a number of tokens that grows with the time and has a cap.
    [Fact]
    public void Random_courses_give_what_a_bucket_that_counts_its_tokens_gives()
    {
        var dice = new Random(20261126);
        for (var course = 0; course < 500; course++)
        {
            int perSecond = dice.Next(1, 2_000);
            int size = dice.Next(1, 100);
            var rate = new TokenRate(perSecond, size, Clock);
            long ticksPerToken = (long)Math.Ceiling((double)TimeSpan.TicksPerSecond / perSecond);
            long bucket = 0;
            long now = dice.NextInt64(0, 1L << 40);
            // In ticks, so that nothing is rounded.
            long saved = size * ticksPerToken;
            for (var step = 0; step < 200; step++)
            {
                long passed = dice.Next(6) switch
                {
                    0 => dice.NextInt64(0, 3 * ticksPerToken),
                    // To the tick at which a token comes back, and to the one before.
                    1 => ticksPerToken - saved % ticksPerToken,
                    2 => ticksPerToken - saved % ticksPerToken - 1,
                    _ => 0,
                };
                now += passed;
                saved = Math.Min(size * ticksPerToken, saved + passed);
                bool expected = saved >= ticksPerToken;

                Assert.Equal(expected, rate.HasToken(ref bucket, now));
                Assert.Equal(expected, rate.TryTake(ref bucket, now));

                saved -= expected ? ticksPerToken : 0;
            }
        }
    }

    // The promise to a neighbour: in no stretch of time does more come through than a bucket and the rate.
    [Fact]
    public void No_stretch_of_time_lets_more_through_than_a_bucket_and_the_rate()
    {
        var dice = new Random(7);
        for (var course = 0; course < 100; course++)
        {
            int perSecond = dice.Next(1, 500);
            int size = dice.Next(1, 50);
            var rate = new TokenRate(perSecond, size, Clock);
            long bucket = 0;
            long now = 0;
            List<long> taken = [];
            for (var step = 0; step < 400; step++)
            {
                now += dice.NextInt64(0, TimeSpan.TicksPerSecond / perSecond);
                if (rate.TryTake(ref bucket, now))
                {
                    taken.Add(now);
                }
            }
            for (var first = 0; first < taken.Count; first += 7)
            {
                for (int last = first; last < taken.Count; last += 5)
                {
                    double allowed = size + (taken[last] - taken[first]) * (double)perSecond / TimeSpan.TicksPerSecond;
                    Assert.True(last - first + 1 <= allowed + 1e-6, $"{last - first + 1} came through where {allowed} may");
                }
            }
        }
    }

    [Fact]
    public async Task Many_threads_take_no_token_twice()
    {
        var rate = new TokenRate(perSecond: 1, size: 10_000, Clock);
        long bucket = 0;
        long taken = 0;

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 5_000; i++)
                        {
                            Interlocked.Add(ref taken, rate.TryTake(ref bucket, 0) ? 1 : 0);
                        }
                    })
                )
        );

        Assert.Equal(10_000, taken);
    }
}
