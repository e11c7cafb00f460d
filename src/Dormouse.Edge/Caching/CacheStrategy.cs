using System.Globalization;

namespace Dormouse.Edge.Caching;

/// <summary>
/// How old an answer a request takes: fresh below <see cref="TimeToLive"/>, and for <see cref="Stale"/> beyond that while a new one is
/// fetched. <c>default</c>: none that is not new.
/// </summary>
internal readonly record struct CacheStrategy(TimeSpan TimeToLive, TimeSpan Stale)
{
    /// <summary>How old an answer this request takes at most; zero: it does not want the cache.</summary>
    public TimeSpan Lifetime => TimeToLive + Stale;

    public bool IsWanted => Lifetime > TimeSpan.Zero;

    /// <summary>
    /// Reads <c>cache-control</c>: <c>max-age=60,stale-while-revalidate=30</c>, either part alone, or <c>no-cache</c>. What cannot be read
    /// is no wish to be given something old: then the answer is a new one.
    /// </summary>
    public static CacheStrategy Parse(ReadOnlySpan<char> header, TimeSpan maxLifetime)
    {
        TimeSpan timeToLive = TimeSpan.Zero;
        TimeSpan stale = TimeSpan.Zero;
        foreach (Range range in header.Split(','))
        {
            ReadOnlySpan<char> part = header[range].Trim();
            if (part.StartsWith("max-age=", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryReadSeconds(part["max-age=".Length..], maxLifetime, out timeToLive))
                {
                    return default;
                }
            }
            else if (part.StartsWith("stale-while-revalidate=", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryReadSeconds(part["stale-while-revalidate=".Length..], maxLifetime, out stale))
                {
                    return default;
                }
            }
            else if (
                part.Equals("no-cache", StringComparison.OrdinalIgnoreCase)
                || part.Equals("no-store", StringComparison.OrdinalIgnoreCase)
                || part.Equals("private", StringComparison.OrdinalIgnoreCase)
            )
            {
                return default;
            }
        }
        TimeSpan rest = maxLifetime - timeToLive;
        return new CacheStrategy(timeToLive, stale < rest ? stale : rest);
    }

    // Clients send whatever number the app gave: 0.5 is half a second.
    private static bool TryReadSeconds(ReadOnlySpan<char> text, TimeSpan max, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int whole))
        {
            value = whole < max.TotalSeconds ? TimeSpan.FromSeconds(whole) : max;
            return true;
        }
        const NumberStyles Decimal = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out double seconds) || double.IsNaN(seconds) || seconds < 0)
        {
            return false;
        }
        value = seconds < max.TotalSeconds ? TimeSpan.FromSeconds(seconds) : max;
        return true;
    }
}
