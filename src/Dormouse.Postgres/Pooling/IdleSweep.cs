namespace Dormouse.Postgres.Pooling;

/// <summary>
/// Wakes a pool when the connection that lies idle longest has done so for the time allowed. Its timer exists only while something is
/// idle: a pool that nobody uses has neither connections nor timer after one round. Under the pool's lock.
/// </summary>
internal sealed class IdleSweep(TimeSpan after, TimeProvider timeProvider, Action sweep) : IDisposable
{
    private ITimer? timer;

    /// <summary>Something has become idle.</summary>
    public void Arm()
    {
        if (after != Timeout.InfiniteTimeSpan)
        {
            timer ??= timeProvider.CreateTimer(static call => ((Action)call!)(), sweep, after, Timeout.InfiniteTimeSpan);
        }
    }

    public bool IsDue(PoolSlot slot) => timeProvider.GetElapsedTime(slot.IdleSince) >= after;

    /// <summary>After a round: looks again when the oldest of the rest is due, or no more where nothing is left.</summary>
    public void Rest(PoolSlot? oldest)
    {
        if (oldest is null)
        {
            Dispose();
            return;
        }
        TimeSpan left = after - timeProvider.GetElapsedTime(oldest.IdleSince);
        timer?.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        timer?.Dispose();
        timer = null;
    }
}
