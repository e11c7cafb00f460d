namespace Dormouse.Postgres;

public sealed class ServerPool : IAsyncDisposable
{
    public ServerPool(ServerLogin login, PoolOptions options, TimeProvider timeProvider) => throw new NotSupportedException();

    public PoolCounts Counts => throw new NotSupportedException();

    public ValueTask<PooledConnection> RentAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask CloseIdleAsync() => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}

/// <summary>A pool at one moment.</summary>
public readonly record struct PoolCounts(int Open, int Rented, int Idle, int Waiting);
