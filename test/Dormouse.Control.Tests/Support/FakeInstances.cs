using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Support;

/// <summary>Instances without processes of their own: each is a database of the shared test server, so that SQL is real.</summary>
internal sealed class FakeInstances(TestPostgres server) : IInstanceAdmin, IInstanceHost
{
    private readonly ConcurrentDictionary<DatabaseId, TestDatabase> instances = new();

    /// <summary>Called at each creation before it takes effect; throws where a test wants it to fail.</summary>
    public Func<DatabaseId, Task> BeforeCreate { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called at each removal before it takes effect.</summary>
    public Func<DatabaseId, Task> BeforeDelete { get; set; } = _ => Task.CompletedTask;

    public async Task CreateAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        await BeforeCreate(id);
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
            : null;

    public IReadOnlyList<InstanceStatus> List() => [.. instances.Keys.Select(id => Find(id)!)];

    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        TestDatabase at = instances[id];
        var endpoint = new InstanceEndpoint(id, 1, at.SocketPath, at.User, at.Password, at.Database, 10, CancellationToken.None);
        return ValueTask.FromResult<IInstanceLease>(new Lease(endpoint));
    }

    private sealed record Lease(InstanceEndpoint Endpoint) : IInstanceLease
    {
        public void Dispose() { }
    }
}
