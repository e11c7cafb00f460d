using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>Instances that are always awake: databases of a real test server. Counts what the edge does with them.</summary>
internal sealed class FakeInstanceHost : IInstanceHost
{
    private readonly ConcurrentDictionary<DatabaseId, Generation> generations = new();
    private int leases;
    private int leasesEver;
    private int wakesAwaited;

    /// <summary>When set, what each lease fails with.</summary>
    public Exception? Failure { get; set; }

    /// <summary>When set, a lease waits for it: a slow wake.</summary>
    public TaskCompletionSource? Wake { get; set; }

    public int Leases => Volatile.Read(ref leases);

    public int LeasesEver => Volatile.Read(ref leasesEver);

    /// <summary>Leases for whose <see cref="Wake"/> somebody waits, or has waited.</summary>
    public int WakesAwaited => Volatile.Read(ref wakesAwaited);

    public void Set(DatabaseId id, TestDatabase database, string? password = null)
    {
        var stopped = new CancellationTokenSource();
        generations.TryGetValue(id, out Generation? last);
        generations[id] = new Generation(
            new InstanceEndpoint(
                id,
                (last?.Endpoint.Generation ?? 0) + 1,
                database.SocketPath,
                database.User,
                password ?? database.Password,
                database.Database,
                20,
                stopped.Token
            ),
            stopped
        );
    }

    public InstanceEndpoint EndpointOf(DatabaseId id) => generations[id].Endpoint;

    /// <summary>The generation ends; the next lease gets a new one on the same server.</summary>
    public void Restart(DatabaseId id, TestDatabase database)
    {
        CancellationTokenSource stopped = generations[id].Stopped;
        Set(id, database);
        stopped.Cancel();
    }

    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken) =>
        HeldLease.After(Wake?.Task ?? Task.CompletedTask, () => Take(id), () => Interlocked.Increment(ref wakesAwaited), cancellationToken);

    private Lease Take(DatabaseId id)
    {
        if (Failure is { } failure)
        {
            throw failure;
        }
        Interlocked.Increment(ref leases);
        Interlocked.Increment(ref leasesEver);
        return new Lease(this, generations[id].Endpoint);
    }

    private sealed record Generation(InstanceEndpoint Endpoint, CancellationTokenSource Stopped);

    private sealed class Lease(FakeInstanceHost host, InstanceEndpoint endpoint) : IInstanceLease
    {
        private int disposed;

        public InstanceEndpoint Endpoint => endpoint;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                Interlocked.Decrement(ref host.leases);
            }
        }
    }
}
