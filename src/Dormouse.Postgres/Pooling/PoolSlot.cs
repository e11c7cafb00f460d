namespace Dormouse.Postgres.Pooling;

/// <summary>One open connection of a pool, and who may use it: the holder of the current rental number, nobody while it is even.</summary>
internal sealed class PoolSlot(ServerPool pool, ServerConnection connection)
{
    private long rental;

    public ServerPool Pool { get; } = pool;

    public ServerConnection Connection { get; } = connection;

    /// <summary>The timestamp at which it became idle.</summary>
    public long IdleSince { get; set; }

    /// <summary>Marks it as rented and returns the number that returns it. Only its owner of the moment calls this.</summary>
    public long Rent() => Interlocked.Increment(ref rental);

    public bool IsRentedAs(long number) => Interlocked.Read(ref rental) == number;

    /// <summary>True for the first return of a rental only, whichever thread comes first.</summary>
    public bool TryEnd(long number) => Interlocked.CompareExchange(ref rental, number + 1, number) == number;
}
