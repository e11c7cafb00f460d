namespace Dormouse.Edge.Caching;

/// <summary>Where an answer came from, in the words of <c>accelerate-cache-status</c>.</summary>
internal enum CacheStatus
{
    /// <summary>The request did not ask for the cache, or with something that must not be cached.</summary>
    None,

    /// <summary>The database was asked.</summary>
    Miss,

    /// <summary>From the cache, within its time to live.</summary>
    Ttl,

    /// <summary>From the cache, stale.</summary>
    Swr,
}

internal static class CacheStatusWords
{
    /// <summary>As headers and metrics say it; null where the cache had no part in it.</summary>
    public static string? Word(this CacheStatus status) =>
        status switch
        {
            CacheStatus.Ttl => "ttl",
            CacheStatus.Swr => "swr",
            CacheStatus.Miss => "miss",
            _ => null,
        };
}

/// <summary>An answer on its way out. Dispose it once it was sent: its memory may be shared until then.</summary>
/// <param name="Json">The body.</param>
/// <param name="Status">Where it came from.</param>
/// <param name="Answer">What is known of it; null where the cache had no part in it.</param>
/// <param name="Age">How old it is, if it came from the cache.</param>
/// <param name="IsOwn">Whether this very request ran its statements.</param>
/// <param name="Owner">Who keeps the memory.</param>
internal readonly record struct ServedAnswer(
    ReadOnlyMemory<byte> Json,
    CacheStatus Status,
    CachedAnswer? Answer,
    TimeSpan Age,
    bool IsOwn,
    IDisposable? Owner
) : IDisposable
{
    public static ServedAnswer Cached(in CacheFind found)
    {
        CachedAnswer answer = found.Answer!;
        found.Entry!.Shape.Served(answer, found.Freshness == Freshness.Fresh);
        CacheStatus status = found.Freshness == Freshness.Fresh ? CacheStatus.Ttl : CacheStatus.Swr;
        return new ServedAnswer(answer.Json, status, answer, found.Age, false, null);
    }

    public static ServedAnswer New(CachedAnswer answer, bool isOwn, IDisposable owner) =>
        new(answer.Json, CacheStatus.Miss, answer, TimeSpan.Zero, isOwn, owner);

    public void Dispose() => Owner?.Dispose();
}
