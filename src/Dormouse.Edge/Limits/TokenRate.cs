namespace Dormouse.Edge.Limits;

/// <summary>
/// A token bucket's rate and size. The bucket itself is one number that its owner keeps: the moment at which it will be full again
/// (the generic cell rate algorithm). Each token moves that moment on by what a token takes to come back, and what would move it further
/// ahead than a whole bucket takes is refused. Thread-safe, without a lock and without a timer.
/// </summary>
internal readonly struct TokenRate
{
    private readonly long ticksPerToken;
    private readonly long ticksPerBucket;

    /// <param name="perSecond">Tokens that come back in a second; 0: no limit.</param>
    /// <param name="size">Tokens in a full bucket; at least one.</param>
    /// <param name="clock">By whose timestamps the bucket is asked.</param>
    public TokenRate(double perSecond, int size, TimeProvider clock)
    {
        // Rounded up, so that never more than the rate come through.
        ticksPerToken = perSecond == 0 ? 0 : (long)Math.Ceiling(clock.TimestampFrequency / perSecond);
        ticksPerBucket = ticksPerToken * size;
    }

    /// <param name="fullAt">The bucket. Zero is full.</param>
    /// <param name="now">A timestamp.</param>
    public bool TryTake(ref long fullAt, long now)
    {
        while (true)
        {
            long seen = Volatile.Read(ref fullAt);
            long next = Math.Max(seen, now) + ticksPerToken;
            if (next - now > ticksPerBucket)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref fullAt, next, seen) == seen)
            {
                return true;
            }
        }
    }

    /// <summary>Whether a token is there, without taking it.</summary>
    public bool HasToken(ref long fullAt, long now) => Math.Max(Volatile.Read(ref fullAt), now) + ticksPerToken - now <= ticksPerBucket;
}
