using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Support;

/// <summary>Instances without processes of their own: each is a database of the shared test server, so that SQL is real.</summary>
internal sealed class FakeInstances(TestPostgres server) : IInstanceAdmin, IInstanceHost, IDisposable
{
    private readonly ConcurrentDictionary<DatabaseId, TestDatabase> instances = new();
    private readonly ConcurrentDictionary<DatabaseId, InstanceEndpoint> endpoints = new();
    private CancellationTokenSource generation = new();
    private int leases;

    /// <summary>How many leases are held.</summary>
    public int Leases => Volatile.Read(ref leases);

    /// <summary>Called at each creation before it takes effect; throws where a test wants it to fail.</summary>
    public Func<DatabaseId, Task> BeforeCreate { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called at each removal before it takes effect.</summary>
    public Func<DatabaseId, Task> BeforeDelete { get; set; } = _ => Task.CompletedTask;

    /// <summary>What clients of all instances see when these are started anew: the old generation is over, the next lease gets a new one.</summary>
    public void Restart() => Interlocked.Exchange(ref generation, new CancellationTokenSource()).Cancel();

    /// <summary>How large each is.</summary>
    public ConcurrentDictionary<DatabaseId, InstanceSize> Sizes { get; } = new();

    /// <summary>Called at each change of a size before it takes effect; throws where a test wants it to fail.</summary>
    public Func<DatabaseId, Task> BeforeResize { get; set; } = _ => Task.CompletedTask;

    public Task CreateAsync(DatabaseId id, CancellationToken cancellationToken) => CreateAsync(id, ClassRange.Smallest, cancellationToken);

    public async Task ResizeAsync(DatabaseId id, ClassRange range, InstanceClass? now, CancellationToken cancellationToken)
    {
        await BeforeResize(id);
        Sizes[id] = Sizes.GetValueOrDefault(id, InstanceSize.Smallest).Within(range, now);
    }

    public async Task CreateAsync(DatabaseId id, ClassRange range, CancellationToken cancellationToken)
    {
        await BeforeCreate(id);
        Sizes.TryAdd(id, InstanceSize.Of(range));
        if (!instances.ContainsKey(id))
        {
            instances[id] = await server.CreateDatabaseAsync(cancellationToken);
        }
    }

    public async Task DeleteAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        await BeforeDelete(id);
        instances.TryRemove(id, out _);
    }

    public Task SleepAsync(DatabaseId id, InstanceState to, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task WakeAsync(DatabaseId id, CancellationToken cancellationToken) => Task.CompletedTask;

    public InstanceStatus? Find(DatabaseId id) =>
        instances.ContainsKey(id)
            ? new InstanceStatus(id, InstanceState.Running, DateTimeOffset.UnixEpoch, 0, server.PostmasterPid, "image", 1, null)
            {
                Size = Sizes.GetValueOrDefault(id, InstanceSize.Smallest),
            }
            : null;

    public IReadOnlyList<InstanceStatus> List() => [.. instances.Keys.Select(id => Find(id)!)];

    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        TestDatabase at = instances[id];
        // One for each generation: pools are found by it.
        InstanceEndpoint endpoint = endpoints.AddOrUpdate(id, _ => New(), (_, last) => last.Stopped == generation.Token ? last : New());
        Interlocked.Increment(ref leases);
        return ValueTask.FromResult<IInstanceLease>(new Lease(this, endpoint));

        InstanceEndpoint New() => new(id, 1, at.SocketPath, at.User, at.Password, at.Database, 10, generation.Token);
    }

    public void Dispose() => generation.Dispose();

    private sealed class Lease(FakeInstances owner, InstanceEndpoint endpoint) : IInstanceLease
    {
        private int disposed;

        public InstanceEndpoint Endpoint => endpoint;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                Interlocked.Decrement(ref owner.leases);
            }
        }
    }
}
