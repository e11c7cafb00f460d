using System.Collections.Concurrent;

namespace Dormouse.Edge.Limits;

/// <summary>
/// Callers by key or address, within a bound: where there is no room the idle ones go, and callers that find none even then share one
/// account, so that whoever has many addresses gains nothing by them. Thread-safe; finding one that is there takes no lock.
/// </summary>
internal sealed class CallerTable<TKey>(int max, TimeProvider timeProvider)
    where TKey : notnull
{
    // Looking through a full table takes a millisecond or two.
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TKey, Caller> callers = new();
    private readonly Caller others = new();
    private readonly Lock changing = new();
    private int count;
    private long sweptAt = long.MinValue;

    public int Count => Volatile.Read(ref count);

    public Caller Get(TKey key) => callers.TryGetValue(key, out Caller? known) ? known : Add(key);

    private Caller Add(TKey key)
    {
        lock (changing)
        {
            if (callers.TryGetValue(key, out Caller? known))
            {
                return known;
            }
            if (count >= max && !Sweep())
            {
                return others;
            }
            var caller = new Caller();
            callers[key] = caller;
            count++;
            return caller;
        }
    }

    // One that comes back at this very moment is counted on an account that nobody finds any more: it gets one request too many.
    private bool Sweep()
    {
        long now = timeProvider.GetTimestamp();
        if (sweptAt != long.MinValue && timeProvider.GetElapsedTime(sweptAt, now) < SweepPeriod)
        {
            return false;
        }
        sweptAt = now;
        foreach ((TKey key, Caller caller) in callers)
        {
            if (caller.IsIdle(now) && callers.TryRemove(key, out _))
            {
                count--;
            }
        }
        return count < max;
    }
}
