using Dormouse.Postgres.Pooling;

namespace Dormouse.Postgres;

/// <summary>
/// A rented server connection. Disposing it returns it; disposing twice does nothing, and its <see cref="Connection"/> refuses after
/// that. A struct, so that renting allocates nothing.
/// </summary>
public readonly struct PooledConnection : IAsyncDisposable
{
    private readonly PoolSlot? slot;
    private readonly long rental;

    internal PooledConnection(PoolSlot slot, long rental)
    {
        this.slot = slot;
        this.rental = rental;
    }

    /// <exception cref="ServerConnectionException"><see cref="ServerFailure.Misuse"/>: it was returned already.</exception>
    public ServerConnection Connection =>
        slot is { } mine && mine.IsRentedAs(rental)
            ? mine.Connection
            : throw Wire.WireFault.Misuse("This pooled connection was returned already; rent another one.");

    /// <summary>
    /// Returns it. A connection that is broken, busy or in a transaction is closed instead; one whose session was changed is reset
    /// first. Never throws for the connection's sake.
    /// </summary>
    public ValueTask DisposeAsync() => slot is { } mine ? mine.Pool.ReturnAsync(mine, rental) : ValueTask.CompletedTask;
}
