using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;

namespace Dormouse.Control.Tests.Support;

/// <summary>Remembers what it was asked for; a database that is made from a backup is an empty instance.</summary>
internal sealed class FakeBackups(FakeInstances instances) : IBackups
{
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Called before a database is made from a backup; throws where a test wants it to fail.</summary>
    public Func<Task> BeforeCreate { get; set; } = () => Task.CompletedTask;

    public Task<BackupResource> TakeAsync(DatabaseId id, string name, string? place, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"take {id} {name} {place}");
        return Task.FromResult(Backup(id, name, place));
    }

    public Task<IReadOnlyList<BackupResource>> ListAsync(string? place, DatabaseId? only, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"list {only} {place}");
        return Task.FromResult<IReadOnlyList<BackupResource>>([Backup(only ?? DatabaseId.System, "shop", place)]);
    }

    public async Task CreateFromAsync(DatabaseId id, BackupSource source, ClassRange range, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"create {source.Name} {source.Place} {source.Key?.Length}");
        await BeforeCreate();
        await instances.CreateAsync(id, range, cancellationToken);
    }

    public Task ReplaceFromAsync(DatabaseId id, BackupSource source, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"replace {id} {source.Name} {source.Place} {source.Key?.Length}");
        return Task.CompletedTask;
    }

    public async Task CloneAsync(DatabaseId source, DatabaseId target, ClassRange range, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"clone {source}");
        await instances.CreateAsync(target, range, cancellationToken);
    }

    private static BackupResource Backup(DatabaseId id, string name, string? place) =>
        new($"{id}/1-20260101T000000000Z.dmb", place ?? "/backups", id.ToString(), name, 1, DateTimeOffset.UnixEpoch, "18.6", 1, 2);
}
