using System.Collections.Concurrent;
using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// All instances of a host, by their ids: the controller, which knows the host by its <see cref="Surroundings"/> alone. Owns the set; each instance
/// owns its own state. Thread-safe.
/// </summary>
/// <param name="around">The host and the bounds.</param>
/// <param name="users">Null where instances have no users of their own.</param>
/// <param name="loggers">For the instances too.</param>
/// <param name="comparer">In which order they come; a simulation needs the same each time.</param>
internal sealed partial class InstanceSet(
    Surroundings around,
    UserNumbers? users,
    ILoggerFactory loggers,
    IEqualityComparer<DatabaseId>? comparer = null
)
{
    private readonly ConcurrentDictionary<DatabaseId, Instance> instances = new(comparer);
    private readonly RunningInstances running = new(comparer);

    // Why each of these is not served. Written at the start only.
    private readonly ConcurrentDictionary<DatabaseId, string> leftAlone = new(comparer);
    private readonly DateTimeOffset startedAt = around.Time.GetUtcNow();
    private readonly Lock gate = new();
    private readonly ILogger logger = loggers.CreateLogger<InstanceSet>();
    private volatile bool closing;
    private int stopping;

    public int Count => instances.Count;

    public IEnumerable<Instance> All => instances.Values;

    /// <summary>Those of them that run; the others cost this nothing.</summary>
    public IEnumerable<Instance> Running => running.All;

    public IReadOnlyList<InstanceStatus> Statuses =>
        [
            .. instances.Values.Select(instance => instance.Status).OfType<InstanceStatus>(),
            .. leftAlone.Select(each => StatusOfLeftAlone(each.Key, each.Value)),
        ];

    public Instance? Find(DatabaseId id) => instances.GetValueOrDefault(id);

    public InstanceStatus? StatusOf(DatabaseId id) =>
        leftAlone.TryGetValue(id, out string? reason) ? StatusOfLeftAlone(id, reason) : Find(id)?.Status;

    /// <exception cref="DormouseException">DM3400: there is none. DM3416: it was left alone.</exception>
    public Instance Existing(DatabaseId id) =>
        instances.TryGetValue(id, out Instance? instance) && instance.IsThere ? instance : throw NotServed(id);

    /// <summary>At the start of the platform: what could not be taken over. It is served, made anew and deleted by nobody.</summary>
    public void LeaveAlone(LeftAlone left) => leftAlone[left.Id] = left.Reason;

    /// <summary>At the start of the platform. If that fails it is left alone.</summary>
    public async Task AdoptAsync(FoundInstance found)
    {
        try
        {
            await TakeOverAsync(found);
        }
        catch (Exception exception)
        {
            Log.NotAdopted(logger, found.Id, exception);
            instances.TryRemove(found.Id, out _);
            running.Forget(found.Id);
            found.Alive?.Run.Dispose();
            LeaveAlone(new LeftAlone(found.Id, exception.Message));
        }
    }

    private Task TakeOverAsync(FoundInstance found)
    {
        if (found.Record.Uid is { } uid)
        {
            users?.Note(found.Id, uid);
        }
        Instance instance = New(found.Id);
        instances[found.Id] = instance;
        return instance.AdoptAsync(found.Record, found.Alive);
    }

    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        if (closing)
        {
            return ValueTask.FromException<IInstanceLease>(WakeFailures.ShuttingDown(id));
        }
        return instances.TryGetValue(id, out Instance? instance)
            ? instance.LeaseAsync(cancellationToken)
            : ValueTask.FromException<IInstanceLease>(NotServed(id));
    }

    /// <summary>With a seed it is made from that, and runs.</summary>
    public async Task<Instance> CreateAsync(
        DatabaseId id,
        InstanceSeed? seed,
        CancellationToken cancellationToken,
        ClassRange? range = null
    )
    {
        Instance instance;
        Task created;
        lock (gate)
        {
            // Asked for under the same lock under which deleted ones are dropped, so that it cannot be dropped in between.
            ObjectDisposedException.ThrowIf(closing, this);
            ThrowIfLeftAlone(id);
            instance = instances.GetOrAdd(id, New);
            created = instance.CreateAsync(seed, range, cancellationToken);
        }
        try
        {
            await created;
            return instance;
        }
        finally
        {
            DropIfAbsent(instance);
        }
    }

    /// <summary>
    /// Also what a creation left that failed, of which no instance is here. Goes on to its end also if whoever asked does not wait for it.
    /// </summary>
    public Task DeleteAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ThrowIfLeftAlone(id);
            Instance instance = instances.GetOrAdd(id, New);
            return DropAsync(instance, instance.DeleteAsync()).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Stops every instance cleanly, whoever uses it, a few at once; the pinned ones last, since others may need the control store.</summary>
    /// <returns>False if that was asked for before.</returns>
    public async Task<bool> StopAllAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref stopping, 1) != 0)
        {
            return false;
        }
        Close();
        foreach (IEnumerable<Instance> round in instances.Values.ToLookup(instance => IsPinned(instance.Id)).OrderBy(round => round.Key))
        {
            // Also those that are only being made: they end after that.
            await Task.WhenAll(round.Select(ShutDownAsync)).WaitAsync(cancellationToken);
        }
        return true;
    }

    /// <summary>Lends and makes nothing any more.</summary>
    public void Close()
    {
        lock (gate)
        {
            closing = true;
        }
    }

    /// <summary>Ends what this platform does with instances and leaves them as they are.</summary>
    public Task LetGoAsync() => Task.WhenAll(instances.Values.Select(instance => instance.LetGoAsync()));

    private DormouseException NotServed(DatabaseId id) =>
        leftAlone.ContainsKey(id) ? WakeFailures.LeftAlone(id) : WakeFailures.NoSuchInstance(id);

    private void ThrowIfLeftAlone(DatabaseId id)
    {
        if (leftAlone.ContainsKey(id))
        {
            throw NotServed(id);
        }
    }

    private InstanceStatus StatusOfLeftAlone(DatabaseId id, string reason) =>
        new(id, InstanceState.Stopped, startedAt, 0, null, "", 0, reason) { IsLeftAlone = true };

    private async Task DropAsync(Instance instance, Task deleted)
    {
        bool isGone = false;
        try
        {
            await deleted;
            isGone = true;
        }
        finally
        {
            // Another may have been asked for meanwhile under the same name: then that one keeps both.
            if (DropIfAbsent(instance) && isGone)
            {
                users?.Free(instance.Id);
            }
        }
    }

    private bool DropIfAbsent(Instance instance)
    {
        lock (gate)
        {
            return instance.TryRetire() && instances.TryRemove(new KeyValuePair<DatabaseId, Instance>(instance.Id, instance));
        }
    }

    private async Task ShutDownAsync(Instance instance)
    {
        try
        {
            await instance.ShutDownAsync();
        }
        catch (Exception exception)
        {
            // One that cannot be stopped must not keep the others from it.
            Log.NotStopped(logger, instance.Id, exception);
        }
    }

    /// <summary>It never sleeps by itself.</summary>
    public bool IsPinned(DatabaseId id) => id == DatabaseId.System || around.Options.Pinned.Contains(id);

    private Instance New(DatabaseId id) => new(id, around, running, () => users?.Take(id), loggers.CreateLogger<Instance>());

    private static partial class Log
    {
        [LoggerMessage(3432, LogLevel.Error, "{Id} could not be taken over and is left alone")]
        public static partial void NotAdopted(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3431, LogLevel.Error, "{Id} could not be stopped")]
        public static partial void NotStopped(ILogger logger, DatabaseId id, Exception exception);
    }
}
