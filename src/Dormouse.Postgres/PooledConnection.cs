namespace Dormouse.Postgres;

/// <summary>
/// A rented server connection. Disposing it returns it; disposing twice does nothing, and its <see cref="Connection"/> refuses after
/// that. A struct, so that renting allocates nothing.
/// </summary>
public readonly struct PooledConnection : IAsyncDisposable
{
    public ServerConnection Connection => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
