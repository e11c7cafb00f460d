using System.Collections.Concurrent;
using Dormouse.Contracts;

namespace Dormouse.Edge.Caching;

/// <summary>
/// Statistics of the cache, by database and by query shape, over time. Requests count into a shape's live counters; whoever reads, and
/// the sweep each half minute, drains these into periods. Bounded: databases, shapes of each, and periods.
/// </summary>
internal sealed class CacheLedger(TimeProvider timeProvider)
{
    /// <summary>Databases with statistics. Above it the one that was idle longest is forgotten. Each takes at most 300 KB, mostly far less.</summary>
    private const int MaxDatabases = 1_000;

    private readonly Lock changing = new();
    private readonly ConcurrentDictionary<DatabaseId, DatabaseLedger> databases = new();
    private readonly long startedAt = timeProvider.GetTimestamp();

    /// <summary>Where requests of this shape are counted.</summary>
    public ShapeCounters CountersOf(DatabaseId database, QueryShape shape)
    {
        if (!databases.TryGetValue(database, out DatabaseLedger? ledger))
        {
            lock (changing)
            {
                ledger = databases.GetOrAdd(database, _ => new DatabaseLedger(Minute()));
                ForgetIdle();
            }
        }
        return ledger.CountersOf(shape);
    }

    public void Drain()
    {
        lock (changing)
        {
            long minute = Minute();
            foreach (DatabaseLedger ledger in databases.Values)
            {
                ledger.Drain(minute);
            }
        }
    }

    /// <summary>What one database did; null where it did nothing yet.</summary>
    public LedgerView? View(DatabaseId database)
    {
        lock (changing)
        {
            // Periods are numbered by the monotonic clock; the wall clock only says what they are called, as it stands now.
            DateTimeOffset start = timeProvider.GetUtcNow() - timeProvider.GetElapsedTime(startedAt);
            return databases.TryGetValue(database, out DatabaseLedger? ledger) ? ledger.View(Minute(), start) : null;
        }
    }

    public IReadOnlyList<DatabaseId> Databases => [.. databases.Keys];

    public void Forget(DatabaseId database) => databases.TryRemove(database, out _);

    private long Minute() => (long)timeProvider.GetElapsedTime(startedAt).TotalMinutes;

    private void ForgetIdle()
    {
        while (databases.Count > MaxDatabases)
        {
            databases.TryRemove(databases.MinBy(pair => pair.Value.ActiveAt).Key, out _);
        }
    }
}

/// <summary>One database's statistics. Draining and viewing is under the ledger's lock.</summary>
internal sealed class DatabaseLedger(long minute)
{
    /// <summary>An app has some hundred query shapes; what comes beyond counts as one shape.</summary>
    private const int MaxShapes = 200;

    private const int MinutesPerHour = 60;
    private const int Minutes = 60;
    private const int Hours = 48;

    private static readonly QueryShape OtherShapes = new(0, "(other)");

    private readonly ConcurrentDictionary<QueryShape, ShapeLedger> shapes = new();
    private readonly Periods minutes = new(Minutes);
    private readonly Periods hours = new(Hours);
    private CacheCounts total;

    /// <summary>The last minute in which anything was counted.</summary>
    public long ActiveAt { get; private set; } = minute;

    public ShapeCounters CountersOf(QueryShape shape)
    {
        if (shapes.TryGetValue(shape, out ShapeLedger? known))
        {
            return known.Live;
        }
        QueryShape kept = shapes.Count < MaxShapes ? shape : OtherShapes;
        return shapes.GetOrAdd(kept, static _ => new ShapeLedger()).Live;
    }

    public void Drain(long now)
    {
        CacheCounts sum = default;
        foreach (ShapeLedger shape in shapes.Values)
        {
            CacheCounts drained = shape.Live.Drain();
            shape.Total += drained;
            sum += drained;
        }
        if (sum.IsZero)
        {
            return;
        }
        ActiveAt = now;
        total += sum;
        minutes.Add(now, sum);
        hours.Add(now / MinutesPerHour, sum);
    }

    public LedgerView View(long now, DateTimeOffset start)
    {
        Drain(now);
        return new LedgerView(
            total,
            [.. shapes.Select(pair => (pair.Key, pair.Value.Total)).Where(pair => !pair.Total.IsZero)],
            [.. minutes.Last(now).Select(minute => (start.AddMinutes(minute.Number), minute.Counts))],
            [.. hours.Last(now / MinutesPerHour).Select(hour => (start.AddHours(hour.Number), hour.Counts))]
        );
    }

    private sealed class ShapeLedger
    {
        public ShapeCounters Live { get; } = new();

        public CacheCounts Total { get; set; }
    }

    /// <summary>The last so many periods, in a ring.</summary>
    private sealed class Periods(int count)
    {
        private readonly CacheCounts[] sums = new CacheCounts[count];
        private readonly long[] numbers = new long[count];

        public void Add(long number, CacheCounts counts)
        {
            var place = (int)(number % count);
            if (numbers[place] != number)
            {
                numbers[place] = number;
                sums[place] = default;
            }
            sums[place] += counts;
        }

        /// <summary>The present one first; those in which nothing happened are left out.</summary>
        public List<(long Number, CacheCounts Counts)> Last(long now)
        {
            var list = new List<(long, CacheCounts)>();
            for (long number = now; number >= 0 && number > now - count; number--)
            {
                var place = (int)(number % count);
                if (numbers[place] == number && !sums[place].IsZero)
                {
                    list.Add((number, sums[place]));
                }
            }
            return list;
        }
    }
}

/// <summary>A database's statistics at one moment: in all, by shape, and by the last minutes and hours.</summary>
internal sealed record LedgerView(
    CacheCounts Total,
    IReadOnlyList<(QueryShape Shape, CacheCounts Counts)> Shapes,
    IReadOnlyList<(DateTimeOffset From, CacheCounts Counts)> Minutes,
    IReadOnlyList<(DateTimeOffset From, CacheCounts Counts)> Hours
);
