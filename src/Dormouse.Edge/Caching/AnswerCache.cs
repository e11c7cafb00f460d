using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Edge.Caching.Disk;

namespace Dormouse.Edge.Caching;

/// <summary>
/// The answers of all databases, within one budget and one for each. Looking up takes no lock. What changes the cache does so under one
/// lock, held for microseconds: a flight's begin and end, evictions, invalidations.
/// </summary>
/// <remarks>
/// <para>
/// An invalidation that has returned is complete: under the lock it removes what is there and voids each flight that began before and has
/// one of the tags, so that its answer is not kept and nobody joins it any more. A request that begins later finds nothing older.
/// </para>
/// <para>
/// All times are monotonic, so that a wall clock that jumps makes no answer younger or older.
/// </para>
/// </remarks>
internal sealed class AnswerCache(CacheOptions options, TimeProvider timeProvider, DiskCache? disk = null)
{
    /// <summary>After a refresh has failed: one try a second is no burden, and soon enough when the database is back.</summary>
    private static readonly TimeSpan RefreshPause = TimeSpan.FromSeconds(1);

    /// <summary>How many entries a sweep removes before it lets others at the lock: about a tenth of a millisecond's work.</summary>
    private const int SweepChunk = 256;

    private readonly Lock changing = new();
    private readonly ConcurrentDictionary<DatabaseId, CacheTenant> tenants = new();
    private readonly TenantHeap heap = new();
    private int refreshes;

    public CacheOptions Options { get; } = options;

    /// <summary>What all cached answers take.</summary>
    public long Bytes
    {
        get
        {
            lock (changing)
            {
                return heap.Bytes;
            }
        }
    }

    /// <summary>Looks for an answer that the strategy takes. Takes no lock and allocates nothing.</summary>
    public CacheFind Find(DatabaseId database, in CacheKey key, in CacheStrategy strategy)
    {
        if (!tenants.TryGetValue(database, out CacheTenant? tenant) || tenant.Find(key) is not { } entry)
        {
            return default;
        }
        return Judge(entry, strategy, timeProvider.GetTimestamp());
    }

    /// <summary>
    /// For a request that found nothing: joins the flight that has the same key, or begins one. Somebody may have been quicker and
    /// landed; then there is an answer instead.
    /// </summary>
    public CacheJoin Join(DatabaseId database, in CacheKey key, string[] tags, in CacheStrategy strategy, ShapeCounters shape)
    {
        lock (changing)
        {
            CacheTenant tenant = TenantOf(database);
            long now = timeProvider.GetTimestamp();
            if (tenant.Find(key) is { } entry && Judge(entry, strategy, now) is { Freshness: Freshness.Fresh } found)
            {
                return new CacheJoin(found, null, false);
            }
            if (tenant.Flights.TryGetValue(key, out Flight? flight) && flight.TryJoin())
            {
                return new CacheJoin(default, flight, false);
            }
            flight = new Flight(key, tenant, tags, strategy, shape, now);
            tenant.Flights[key] = flight;
            tenant.Flying++;
            return new CacheJoin(default, flight, true);
        }
    }

    /// <summary>
    /// Begins the refresh of a stale answer; null where one is under way, or as many as may be. The stale answer is good for now, so
    /// nothing is lost.
    /// </summary>
    public Flight? TryBeginRefresh(CacheEntry stale, string[] tags, in CacheStrategy strategy)
    {
        lock (changing)
        {
            CacheTenant tenant = stale.Tenant;
            long now = timeProvider.GetTimestamp();
            if (
                stale.Queue is null
                || now < stale.RefreshNotBefore
                || refreshes >= Options.MaxRefreshes
                || tenant.Refreshes >= Options.MaxRefreshesPerDatabase
                || tenant.Flights.ContainsKey(stale.Key)
            )
            {
                return null;
            }
            var flight = new Flight(stale.Key, tenant, tags, strategy, stale.Shape, now) { Refreshes = stale };
            tenant.Flights[stale.Key] = flight;
            tenant.Flying++;
            tenant.Refreshes++;
            refreshes++;
            return flight;
        }
    }

    /// <summary>Ends a flight and keeps its answer, unless it is void, too large, or past its time already.</summary>
    public void Land(Flight flight, CachedAnswer answer)
    {
        lock (changing)
        {
            End(flight);
            long now = timeProvider.GetTimestamp();
            long keepUntil = KeepUntil(flight.AskedAt, flight.Strategy);
            if (!flight.IsVoid && answer.Json.Length <= Options.MaxEntryBytes && now < keepUntil)
            {
                Keep(flight.Key, flight.Tenant, flight.Tags, flight.Shape, answer, keepUntil);
                MakeRoom(flight.Tenant, now);
            }
        }
    }

    /// <summary>
    /// For a request that found nothing in memory: joins the reading of the same answer from disk, or begins it. Null where there is none
    /// that the strategy takes.
    /// </summary>
    public Recall? TryRecall(in CacheLook look, out bool leads)
    {
        leads = false;
        if (disk is null)
        {
            return null;
        }
        lock (changing)
        {
            if (tenants.TryGetValue(look.Database, out CacheTenant? known) && known.Recalls.TryGetValue(look.Key, out Recall? recall))
            {
                return recall;
            }
            if (
                !disk.TryFind(look.Database, look.Key, look.Tags, out DiskEntry entry)
                || KeepUntil(entry.AskedAt, look.Strategy) <= timeProvider.GetTimestamp()
            )
            {
                return null;
            }
            leads = true;
            recall = new Recall(look.Key, TenantOf(look.Database), look.Tags, entry);
            recall.Tenant.Recalls[look.Key] = recall;
            return recall;
        }
    }

    /// <summary>Ends the reading from disk and keeps what it brought in memory, unless it is void or past its time.</summary>
    public void Land(Recall recall, CachedAnswer? answer, in CacheStrategy strategy, ShapeCounters shape)
    {
        lock (changing)
        {
            CacheTenant tenant = recall.Tenant;
            if (!recall.IsVoid)
            {
                tenant.Recalls.Remove(recall.Key);
                long now = timeProvider.GetTimestamp();
                if (answer is not null && KeepUntil(answer.AskedAt, strategy) is var keepUntil && now < keepUntil)
                {
                    Keep(recall.Key, tenant, recall.Tags, shape, answer, keepUntil);
                    MakeRoom(tenant, now);
                }
            }
        }
        recall.End();
    }

    /// <summary>Offers what is in memory to the disk, so that it is there after a restart.</summary>
    /// <param name="again">Whether also what was offered before: its file may have gone since.</param>
    /// <param name="after">Told after each piece; true: go on.</param>
    public void OfferAll(bool again, Func<bool> after)
    {
        if (disk is null)
        {
            return;
        }
        foreach ((_, CacheTenant tenant) in tenants)
        {
            foreach (CacheEntry[] some in tenant.Entries.Where(entry => again || entry.Offered != entry.Answer).Chunk(SweepChunk))
            {
                lock (changing)
                {
                    // What has gone meanwhile may be void.
                    foreach (CacheEntry entry in some.Where(entry => entry.Queue is not null))
                    {
                        disk.Offer(entry);
                    }
                }
                if (!after())
                {
                    return;
                }
            }
        }
    }

    /// <summary>Ends a flight that brought nothing.</summary>
    public void Fail(Flight flight)
    {
        lock (changing)
        {
            End(flight);
            if (flight.Refreshes is { } stale)
            {
                stale.RefreshNotBefore = timeProvider.GetTimestamp() + Ticks(RefreshPause);
            }
        }
    }

    /// <summary>Forgets the answers that have one of the tags. On return it is done.</summary>
    /// <returns>How many were forgotten.</returns>
    public int Invalidate(DatabaseId database, IReadOnlyCollection<string> tags)
    {
        int removed = Forget(database, tags);
        disk?.Record(database, tags);
        return removed;
    }

    /// <summary>Forgets all answers of a database. On return it is done.</summary>
    public int InvalidateAll(DatabaseId database)
    {
        int removed = Forget(database);
        disk?.RecordAll(database);
        return removed;
    }

    /// <summary>Forgets all answers of all databases. On return it is done.</summary>
    public void InvalidateAll()
    {
        lock (changing)
        {
            disk?.VoidAll(null);
            foreach (CacheTenant tenant in tenants.Values)
            {
                Ground(tenant, static _ => true, static _ => true);
                tenant.RemoveAll();
                heap.Update(tenant);
            }
        }
        disk?.RecordAll(null);
    }

    private int Forget(DatabaseId database, IReadOnlyCollection<string> tags)
    {
        lock (changing)
        {
            disk?.Void(database, tags);
            if (!tenants.TryGetValue(database, out CacheTenant? tenant))
            {
                return 0;
            }
            Ground(tenant, flight => flight.Tags.Any(tags.Contains), recall => recall.Tags.Any(tags.Contains));
            int removed = tags.Sum(tenant.RemoveTagged);
            heap.Update(tenant);
            return removed;
        }
    }

    private int Forget(DatabaseId database)
    {
        lock (changing)
        {
            disk?.VoidAll(database);
            if (!tenants.TryGetValue(database, out CacheTenant? tenant))
            {
                return 0;
            }
            Ground(tenant, static _ => true, static _ => true);
            int removed = tenant.RemoveAll();
            heap.Update(tenant);
            return removed;
        }
    }

    /// <summary>Removes what is past its time, and tenants of which nothing is left.</summary>
    public void Sweep()
    {
        long now = timeProvider.GetTimestamp();
        foreach ((_, CacheTenant tenant) in tenants)
        {
            foreach (CacheEntry[] over in tenant.Entries.Where(entry => entry.KeepUntil <= now).Chunk(SweepChunk))
            {
                lock (changing)
                {
                    // Between the look and the lock it may have gone, or been refreshed.
                    foreach (CacheEntry entry in over.Where(entry => entry.Queue is not null && entry.KeepUntil <= now))
                    {
                        tenant.Remove(entry);
                    }
                    heap.Update(tenant);
                }
            }
            lock (changing)
            {
                if (tenant is { Count: 0, Flying: 0, Recalls.Count: 0 })
                {
                    heap.Remove(tenant);
                    tenants.TryRemove(tenant.Database, out _);
                }
            }
        }
    }

    public CacheSize SizeOf(DatabaseId database)
    {
        lock (changing)
        {
            return tenants.TryGetValue(database, out CacheTenant? tenant)
                ? new CacheSize(tenant.Count, tenant.TagCount, tenant.Bytes, tenant.Flying)
                : default;
        }
    }

    public CacheSize SizeOfAll()
    {
        lock (changing)
        {
            return new CacheSize(
                tenants.Values.Sum(tenant => tenant.Count),
                tenants.Values.Sum(tenant => tenant.TagCount),
                heap.Bytes,
                tenants.Values.Sum(tenant => tenant.Flying)
            );
        }
    }

    private CacheFind Judge(CacheEntry entry, in CacheStrategy strategy, long now)
    {
        CachedAnswer answer = entry.Answer;
        TimeSpan age = timeProvider.GetElapsedTime(answer.AskedAt, now);
        // What is past its time in everybody's eyes is still there until the sweep, and may serve when the database is away.
        Freshness freshness =
            age < strategy.TimeToLive ? Freshness.Fresh
            : age < strategy.Lifetime ? Freshness.Stale
            : age < strategy.Lifetime + Options.StaleOnError ? Freshness.Over
            : Freshness.None;
        if (freshness is Freshness.Fresh or Freshness.Stale)
        {
            entry.Touch();
            entry.Keep(KeepUntil(answer.AskedAt, strategy));
        }
        return freshness == Freshness.None ? default : new CacheFind(freshness, entry, answer, age);
    }

    private static void Keep(CacheKey key, CacheTenant tenant, string[] tags, ShapeCounters shape, CachedAnswer answer, long keepUntil)
    {
        if (tenant.Find(key) is not { } entry)
        {
            entry = new CacheEntry(key, tenant, answer, shape);
            entry.Keep(keepUntil);
            tenant.Add(entry, tags);
        }
        // A flight that nobody waited for can be overtaken by the one that replaced it.
        else if (entry.Answer.AskedAt <= answer.AskedAt)
        {
            CacheTenant.Exchange(entry, answer, keepUntil);
        }
    }

    private void MakeRoom(CacheTenant tenant, long now)
    {
        while (tenant.Bytes > Options.MaxBytesPerDatabase && tenant.Evict(now)) { }
        heap.Update(tenant);
        while (heap.Bytes > Options.MaxBytes && heap.Largest is { } largest && largest.Evict(now))
        {
            heap.Update(largest);
        }
    }

    private void End(Flight flight)
    {
        CacheTenant tenant = flight.Tenant;
        if (tenant.Flights.TryGetValue(flight.Key, out Flight? current) && ReferenceEquals(current, flight))
        {
            tenant.Flights.Remove(flight.Key);
        }
        tenant.Flying--;
        if (flight.Refreshes is not null)
        {
            tenant.Refreshes--;
            refreshes--;
        }
    }

    private static void Ground(CacheTenant tenant, Func<Flight, bool> concerns, Func<Recall, bool> concernsToo)
    {
        foreach (Recall recall in tenant.Recalls.Values.Where(concernsToo).ToArray())
        {
            recall.IsVoid = true;
            tenant.Recalls.Remove(recall.Key);
        }
        foreach (Flight flight in tenant.Flights.Values.Where(concerns).ToArray())
        {
            flight.IsVoid = true;
            tenant.Flights.Remove(flight.Key);
        }
    }

    private CacheTenant TenantOf(DatabaseId database)
    {
        CacheTenant tenant = tenants.GetOrAdd(database, static (id, tier) => new CacheTenant(id, tier), disk);
        if (tenant.HeapIndex < 0)
        {
            heap.Update(tenant);
        }
        return tenant;
    }

    private long KeepUntil(long askedAt, in CacheStrategy strategy) => askedAt + Ticks(strategy.Lifetime + Options.StaleOnError);

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);
}

/// <summary>What an answer that was found is good for.</summary>
internal enum Freshness
{
    /// <summary>Nothing was found.</summary>
    None,

    /// <summary>Give it.</summary>
    Fresh,

    /// <summary>Give it, and fetch a new one in the background.</summary>
    Stale,

    /// <summary>Too old, but better than nothing when the database cannot be asked.</summary>
    Over,
}

/// <summary>What was found, and how old it is.</summary>
internal readonly record struct CacheFind(Freshness Freshness, CacheEntry? Entry, CachedAnswer? Answer, TimeSpan Age);

/// <summary>An answer, or a seat on a flight; who leads has to fly it.</summary>
internal readonly record struct CacheJoin(CacheFind Found, Flight? Flight, bool Leads);

/// <summary>How much there is.</summary>
internal readonly record struct CacheSize(int Entries, int Tags, long Bytes, int Flying);
