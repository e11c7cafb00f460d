using System.Collections.Concurrent;
using Dormouse.Contracts;

namespace Dormouse.Edge.Limits;

/// <summary>
/// Counts the requests in flight, per database and in all, and turns away those above the bounds: a waiting room of its own would only
/// hold more memory for later. Entries stay for the life of the process; only authenticated databases get one, of about 100 bytes.
/// </summary>
internal sealed class Admission(RequestLimitOptions options)
{
    private readonly int maxPerDatabase = options.MaxRequestsPerDatabase;
    private readonly int maxInAll = options.MaxRequests;
    private readonly ConcurrentDictionary<DatabaseId, Count> databases = new();
    private int inAll;

    public int InFlight => Volatile.Read(ref inAll);

    /// <exception cref="DormouseException"><see cref="FailureKind.RateLimited"/></exception>
    public Ticket Enter(DatabaseId database)
    {
        Count count = databases.GetOrAdd(database, static _ => new Count());
        if (Interlocked.Increment(ref count.InFlight) > maxPerDatabase)
        {
            Interlocked.Decrement(ref count.InFlight);
            throw EdgeFailures.TooManyRequests(maxPerDatabase);
        }
        if (Interlocked.Increment(ref inAll) > maxInAll)
        {
            Interlocked.Decrement(ref inAll);
            Interlocked.Decrement(ref count.InFlight);
            throw EdgeFailures.TooManyRequestsInAll();
        }
        return new Ticket(this, count);
    }

    private void Leave(Count count)
    {
        Interlocked.Decrement(ref inAll);
        Interlocked.Decrement(ref count.InFlight);
    }

    /// <summary>Disposed once, by the one request that holds it.</summary>
    internal readonly struct Ticket(Admission admission, Count count) : IDisposable
    {
        public void Dispose() => admission.Leave(count);
    }

    internal sealed class Count
    {
        public int InFlight;
    }
}
