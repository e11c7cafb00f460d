using System.Collections.Concurrent;
using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Those of a host's instances that run, kept by their writers at each move: what looks at them every second must cost nothing for the thousands that
/// sleep. Thread-safe.
/// </summary>
/// <param name="comparer">In which order they come.</param>
internal sealed class RunningInstances(IEqualityComparer<DatabaseId>? comparer)
{
    private readonly ConcurrentDictionary<DatabaseId, Instance> running = new(comparer);

    public IEnumerable<Instance> All => running.Select(each => each.Value);

    /// <summary>By the writer of the instance, when it moved.</summary>
    public void Note(Instance instance)
    {
        if (instance.Phase == InstancePhase.Running)
        {
            running[instance.Id] = instance;
        }
        else
        {
            running.TryRemove(new KeyValuePair<DatabaseId, Instance>(instance.Id, instance));
        }
    }

    /// <summary>It is not served any more, whatever it does.</summary>
    public void Forget(DatabaseId id) => running.TryRemove(id, out _);
}
