namespace Dormouse.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire on the thread that moves it, in the order of their times. Thread-safe.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock changing = new();
    private readonly List<ManualTimer> timers = [];
    private TimeSpan elapsed;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that wait for their time.</summary>
    public int PendingTimers
    {
        get
        {
            lock (changing)
            {
                return timers.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (changing)
        {
            return start + elapsed;
        }
    }

    public override long GetTimestamp()
    {
        lock (changing)
        {
            return elapsed.Ticks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires what has become due on the way, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan target;
        lock (changing)
        {
            target = elapsed + by;
        }
        while (true)
        {
            ManualTimer? due;
            lock (changing)
            {
                due = timers.Where(timer => timer.DueAt <= target).MinBy(timer => timer.DueAt);
                if (due is null)
                {
                    elapsed = target;
                    return;
                }
                elapsed = due.DueAt > elapsed ? due.DueAt : elapsed;
                timers.Remove(due);
                if (due.Period > TimeSpan.Zero)
                {
                    due.DueAt = elapsed + due.Period;
                    timers.Add(due);
                }
            }
            due.Fire();
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, Action fire) : ITimer
    {
        private bool disposed;

        public TimeSpan DueAt { get; set; }
        public TimeSpan Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner.changing)
            {
                owner.timers.Remove(this);
                if (disposed)
                {
                    return false;
                }
                Period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    DueAt = owner.elapsed + dueTime;
                    owner.timers.Add(this);
                }
                return true;
            }
        }

        public void Dispose()
        {
            lock (owner.changing)
            {
                disposed = true;
                owner.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
