using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Edge.Engine;

/// <summary>
/// One pool of server connections per awake instance and generation, made at its first request and closed when the endpoint says that
/// its generation ends. There are therefore never more pools than instances that are awake or frozen, and no timers: a frozen
/// instance keeps its idle connections, which is what makes its next query fast. Thread-safe.
/// </summary>
internal sealed class InstancePools(EngineOptions options, TimeProvider timeProvider) : IAsyncDisposable
{
    private readonly Lock changing = new();
    private readonly List<Task> closing = [];
    private volatile Dictionary<DatabaseId, InstancePool> pools = [];
    private bool disposed;

    public int Count => pools.Count;

    /// <summary>The pool of this endpoint. An endpoint that has stopped gets one that is closed already.</summary>
    public ServerPool For(InstanceEndpoint endpoint) =>
        pools.TryGetValue(endpoint.Database, out InstancePool? found) && ReferenceEquals(found.Endpoint, endpoint)
            ? found.Pool
            : Add(endpoint);

    public async ValueTask DisposeAsync()
    {
        InstancePool[] open;
        lock (changing)
        {
            disposed = true;
            open = [.. pools.Values];
        }
        foreach (InstancePool pool in open)
        {
            Remove(pool);
        }
        Task[] left;
        lock (changing)
        {
            left = [.. closing];
        }
        await Task.WhenAll(left);
    }

    private ServerPool Add(InstanceEndpoint endpoint)
    {
        InstancePool added;
        InstancePool? replaced;
        lock (changing)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (pools.TryGetValue(endpoint.Database, out replaced) && ReferenceEquals(replaced.Endpoint, endpoint))
            {
                return replaced.Pool;
            }
            added = new InstancePool(endpoint, Open(endpoint));
            // Copied at each change: changes are as rare as cold starts, look-ups as frequent as queries.
            pools = new Dictionary<DatabaseId, InstancePool>(pools) { [endpoint.Database] = added };
            if (replaced is not null)
            {
                Close(replaced);
            }
        }
        // Outside the lock: it runs at once when the endpoint has stopped already.
        added.Registration = endpoint.Stopped.UnsafeRegister(
            static state =>
            {
                var (owner, pool) = ((InstancePools, InstancePool))state!;
                owner.Remove(pool);
            },
            (this, added)
        );
        return added.Pool;
    }

    private ServerPool Open(InstanceEndpoint endpoint) =>
        new(
            new ServerLogin(endpoint.SocketPath, endpoint.User, endpoint.Password, endpoint.DatabaseName),
            new PoolOptions
            {
                ConnectionsMax = Math.Max(1, Math.Min(options.ConnectionsPerInstance, endpoint.MaxConnections)),
                WaitTimeout = options.ConnectionWait,
            },
            timeProvider
        );

    private void Remove(InstancePool removed)
    {
        lock (changing)
        {
            if (pools.TryGetValue(removed.Endpoint.Database, out InstancePool? current) && ReferenceEquals(current, removed))
            {
                var rest = new Dictionary<DatabaseId, InstancePool>(pools);
                rest.Remove(removed.Endpoint.Database);
                pools = rest;
                Close(removed);
            }
        }
    }

    // Called under the lock.
    private void Close(InstancePool pool)
    {
        closing.RemoveAll(static task => task.IsCompleted);
        closing.Add(CloseAsync(pool));
    }

    private static async Task CloseAsync(InstancePool pool)
    {
        // The endpoint's token may be running its callbacks on the lifecycle's thread: let it go on.
        await Task.Yield();
        await pool.Registration.DisposeAsync();
        await pool.Pool.DisposeAsync();
    }

    private sealed class InstancePool(InstanceEndpoint endpoint, ServerPool pool)
    {
        public InstanceEndpoint Endpoint { get; } = endpoint;
        public ServerPool Pool { get; } = pool;
        public CancellationTokenRegistration Registration { get; set; }
    }
}
