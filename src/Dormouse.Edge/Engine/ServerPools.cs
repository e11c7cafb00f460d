using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Edge.Engine;

/// <summary>
/// One pool of server connections per endpoint: per awake instance and generation, and per attached server. It is made at its first
/// request and closed when the endpoint says that it ends. There are therefore never more pools than instances that are awake or frozen
/// and attached servers. Before an instance freezes its idle connections are closed but for a few
/// (<see cref="EngineOptions.ConnectionsKeptFrozen"/>), which stay without a timer; an attached server gets its back after a while.
/// Thread-safe.
/// </summary>
internal sealed class ServerPools(EngineOptions options, TimeProvider timeProvider) : IAsyncDisposable
{
    /// <summary>
    /// What is said at the start of a session wins over what a tenant set for its role or database. A pooled session is idle because nobody
    /// asks, or because its instance is frozen, whose clock PostgreSQL would count: neither is a reason to end it.
    /// </summary>
    private static readonly KeyValuePair<string, string>[] SessionSettings = [new("idle_session_timeout", "0")];

    private readonly Lock changing = new();
    private readonly List<Task> closing = [];
    private volatile Dictionary<DatabaseId, EndpointPool> pools = [];
    private bool disposed;

    public int Count => pools.Count;

    /// <summary>All pools together.</summary>
    public PoolCounts Counts =>
        pools.Values.Aggregate(
            default(PoolCounts),
            static (sum, pool) =>
            {
                PoolCounts counts = pool.Pool.Counts;
                return new(sum.Open + counts.Open, sum.Rented + counts.Rented, sum.Idle + counts.Idle, sum.Waiting + counts.Waiting);
            }
        );

    /// <summary>How many connections a database's pool has; where there is none yet, as many as the smallest instance's.</summary>
    public int ConnectionsOf(DatabaseId database) =>
        pools.TryGetValue(database, out EndpointPool? pool) && pool.Endpoint is InstanceEndpoint instance
            ? ConnectionsOf(instance)
            : options.ConnectionsPerInstance;

    /// <summary>The pool of this endpoint. An endpoint that has stopped gets one that is closed already.</summary>
    public ServerPool For(ServerEndpoint endpoint) =>
        pools.TryGetValue(endpoint.Database, out EndpointPool? found) && ReferenceEquals(found.Endpoint, endpoint)
            ? found.Pool
            : Add(endpoint);

    public async ValueTask DisposeAsync()
    {
        EndpointPool[] open;
        lock (changing)
        {
            disposed = true;
            open = [.. pools.Values];
        }
        foreach (EndpointPool pool in open)
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

    private int ConnectionsOf(InstanceEndpoint instance) =>
        Math.Max(1, Math.Min(options.ConnectionsPerInstance * instance.Scale, instance.MaxConnections));

    private ServerPool Add(ServerEndpoint endpoint)
    {
        EndpointPool added;
        EndpointPool? replaced;
        lock (changing)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (pools.TryGetValue(endpoint.Database, out replaced) && ReferenceEquals(replaced.Endpoint, endpoint))
            {
                return replaced.Pool;
            }
            added = new EndpointPool(endpoint, Open(endpoint));
            // Copied at each change: changes are as rare as cold starts, look-ups as frequent as queries.
            pools = new Dictionary<DatabaseId, EndpointPool>(pools) { [endpoint.Database] = added };
            if (replaced is not null)
            {
                Close(replaced);
            }
        }
        if (endpoint is InstanceEndpoint instance)
        {
            ServerPool pool = added.Pool;
            instance.Freezing.Listen(() => pool.ShrinkAsync(options.ConnectionsKeptFrozen, options.FreezeFarewell));
        }
        // Outside the lock: it runs at once when the endpoint has stopped already.
        added.Registration = endpoint.Stopped.UnsafeRegister(
            static state =>
            {
                var (owner, pool) = ((ServerPools, EndpointPool))state!;
                owner.Remove(pool);
            },
            (this, added)
        );
        return added.Pool;
    }

    private ServerPool Open(ServerEndpoint endpoint) =>
        endpoint switch
        {
            InstanceEndpoint instance => new ServerPool(
                new ServerLogin(instance.SocketPath, instance.User, instance.Password, instance.DatabaseName),
                new PoolOptions
                {
                    ConnectionsMax = ConnectionsOf(instance),
                    WaitTimeout = options.ConnectionWait,
                    Connection = new ServerConnectionOptions { Settings = SessionSettings },
                },
                timeProvider
            ),
            AttachedEndpoint attached => Open(attached, ServerUrl.Parse(attached.Url)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private ServerPool Open(AttachedEndpoint attached, ServerUrl url) =>
        new(
            url.Login(attached.RootCertificates),
            new PoolOptions
            {
                ConnectionsMax = attached.MaxConnections,
                WaitTimeout = options.ConnectionWait,
                IdleTimeout = options.AttachedIdleTimeout,
                OpenPauseMax = options.AttachedRetryPause,
                Connection = url.Options(new ServerConnectionOptions()),
            },
            timeProvider
        );

    private void Remove(EndpointPool removed)
    {
        lock (changing)
        {
            if (pools.TryGetValue(removed.Endpoint.Database, out EndpointPool? current) && ReferenceEquals(current, removed))
            {
                var rest = new Dictionary<DatabaseId, EndpointPool>(pools);
                rest.Remove(removed.Endpoint.Database);
                pools = rest;
                Close(removed);
            }
        }
    }

    // Called under the lock.
    private void Close(EndpointPool pool)
    {
        closing.RemoveAll(static task => task.IsCompleted);
        closing.Add(CloseAsync(pool));
    }

    private static async Task CloseAsync(EndpointPool pool)
    {
        // The endpoint's token may be running its callbacks on the lifecycle's thread: let it go on.
        await Task.Yield();
        await pool.Registration.DisposeAsync();
        await pool.Pool.DisposeAsync();
    }

    private sealed class EndpointPool(ServerEndpoint endpoint, ServerPool pool)
    {
        public ServerEndpoint Endpoint { get; } = endpoint;
        public ServerPool Pool { get; } = pool;
        public CancellationTokenRegistration Registration { get; set; }
    }
}
