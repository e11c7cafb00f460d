using System.Collections.Concurrent;
using Dormouse.Contracts;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Limits;

/// <summary>
/// Counts the requests of a key by the second, and those in flight per address, key and database and in all, and turns away those above
/// the bounds: a waiting room of its own would only hold more memory for later. Entries of databases stay for the life of the process;
/// only authenticated ones get one, of about 100 bytes.
/// </summary>
internal sealed class Admission(EdgeOptions options, AddressLimits addresses, DatabaseLoads loads, TimeProvider timeProvider)
{
    private readonly int maxPerDatabase = options.Limits.MaxRequestsPerDatabase;
    private readonly int maxPerKey = options.Callers.MaxRequestsPerKey;
    private readonly int maxInAll = options.Limits.MaxRequests;
    private readonly int perSecond = options.Callers.RequestsPerSecondPerKey;
    private readonly TokenRate rate = new(
        options.Callers.RequestsPerSecondPerKey,
        2 * options.Callers.RequestsPerSecondPerKey,
        timeProvider
    );
    private readonly CallerTable<ConnectionId> keys = new(options.Callers.CallersMax, timeProvider);
    private readonly ConcurrentDictionary<DatabaseId, Caller> databases = new();
    private int inAll;

    public int InFlight => Volatile.Read(ref inAll);

    /// <exception cref="DormouseException"><see cref="FailureKind.RateLimited"/>; nothing is counted as in flight then.</exception>
    public Ticket Enter(HttpContext context, KeyGrant grant)
    {
        Caller key = keys.Get(grant.Connection);
        if (!rate.TryTake(ref key.Requests, timeProvider.GetTimestamp()))
        {
            throw EdgeFailures.KeyTooFast(perSecond);
        }
        Caller database = databases.GetOrAdd(grant.Database, static _ => new Caller());
        Caller? address = addresses.Find(context);
        addresses.Enter(address);
        if (!Caller.TryEnter(ref key.InFlight, maxPerKey))
        {
            Leave(address);
            throw EdgeFailures.TooManyRequestsOfKey(maxPerKey);
        }
        if (!Caller.TryEnter(ref database.InFlight, maxPerDatabase))
        {
            Leave(address, key);
            throw EdgeFailures.TooManyRequests(maxPerDatabase);
        }
        if (!Caller.TryEnter(ref inAll, maxInAll))
        {
            Leave(address, key, database);
            throw EdgeFailures.TooManyRequestsInAll();
        }
        loads.Of(grant.Database).CountQuery();
        return new Ticket(this, address, key, database);
    }

    /// <summary>Counts a request that is over at once, such as one that finds its answer in memory.</summary>
    /// <returns>Whether that is within the bound of its key.</returns>
    public bool TryPass(KeyGrant grant)
    {
        if (!rate.TryTake(ref keys.Get(grant.Connection).Requests, timeProvider.GetTimestamp()))
        {
            return false;
        }
        loads.Of(grant.Database).CountHit();
        return true;
    }

    private static void Leave(params ReadOnlySpan<Caller?> callers)
    {
        foreach (Caller? caller in callers)
        {
            if (caller is not null)
            {
                Interlocked.Decrement(ref caller.InFlight);
            }
        }
    }

    /// <summary>Disposed once, by the one request that holds it.</summary>
    internal readonly struct Ticket(Admission admission, Caller? address, Caller key, Caller database) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref admission.inAll);
            Leave(address, key, database);
        }
    }
}
