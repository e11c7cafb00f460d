using System.Diagnostics;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Caching;

/// <summary>
/// One query on its way to the database, for all who want its answer. It runs until it is over, its time is up, or nobody waits any
/// more. Those who wait hold a seat each (<see cref="TryJoin"/>, <see cref="Leave"/>); the answer's memory is valid while they do.
/// </summary>
/// <remarks>
/// A flight that fails fails for all who wait for it: the database gets one query, and each of them the same failure. Nothing is kept,
/// so whoever asks next begins a new flight.
/// </remarks>
internal sealed class Flight(CacheKey key, CacheTenant tenant, string[] tags, CacheStrategy strategy, ShapeCounters shape, long askedAt)
{
    private readonly TaskCompletionSource<CachedAnswer> landing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Whoever begins a flight has the first seat; a refresh keeps it until it is over.
    private int seats = 1;
    private PooledBuffer? buffer;
    private volatile CancellationTokenSource? work;
    private volatile bool abandoned;

    public CacheKey Key { get; } = key;

    public CacheTenant Tenant { get; } = tenant;

    public string[] Tags { get; } = tags;

    public CacheStrategy Strategy { get; } = strategy;

    public ShapeCounters Shape { get; } = shape;

    /// <summary>The monotonic time before the query was begun.</summary>
    public long AskedAt { get; } = askedAt;

    /// <summary>The entry that a background refresh renews; null for a flight that somebody waits for.</summary>
    public CacheEntry? Refreshes { get; init; }

    /// <summary>An invalidation came after it had begun: its answer may be older than that, so it must not be kept. Under the cache's lock.</summary>
    public bool IsVoid { get; set; }

    public Task<CachedAnswer> Landing => landing.Task;

    /// <summary>Set by whoever flies it, before the query is begun: what to cancel once nobody waits any more.</summary>
    public void Begin(CancellationTokenSource query)
    {
        work = query;
        if (abandoned)
        {
            query.Cancel();
        }
    }

    /// <summary>Takes a seat, unless all have left already and the flight is about to end.</summary>
    public bool TryJoin()
    {
        int seen = Volatile.Read(ref seats);
        while (seen > 0)
        {
            int before = Interlocked.CompareExchange(ref seats, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }
            seen = before;
        }
        return false;
    }

    /// <summary>Once for each seat.</summary>
    public void Leave()
    {
        int left = Interlocked.Decrement(ref seats);
        Debug.Assert(left >= 0, "more left than had joined");
        if (left > 0)
        {
            return;
        }
        if (landing.Task.IsCompleted)
        {
            FreeBuffer();
        }
        else
        {
            Abandon();
        }
    }

    /// <summary>Ends the flight before its time: nobody waits, or the edge stops.</summary>
    public void Abandon()
    {
        abandoned = true;
        try
        {
            work?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this very moment.
        }
    }

    /// <param name="answer">What the database said.</param>
    /// <param name="shared">Where the answer's memory is, if it is not its own.</param>
    public void Land(CachedAnswer answer, PooledBuffer? shared)
    {
        Volatile.Write(ref buffer, shared);
        landing.SetResult(answer);
        // Whoever left last before that has not freed it.
        if (Interlocked.CompareExchange(ref seats, 0, 0) == 0)
        {
            FreeBuffer();
        }
    }

    public void Fail(Exception failure)
    {
        landing.SetException(failure);
        // Nobody may be waiting; then nobody misses it.
        _ = landing.Task.Exception;
    }

    private void FreeBuffer() => Interlocked.Exchange(ref buffer, null)?.Dispose();
}
