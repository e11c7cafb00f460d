using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Resources;

/// <summary>
/// Keeps backends before their postmasters in the kernel's choice of whom to end: one loop, which looks once a second whether a running instance
/// has new children. PostgreSQL could do so itself at each fork, by <c>/proc/self</c>, which its sandbox has not.
/// </summary>
internal sealed class OomOrder : IDisposable
{
    // A backend that grows within a second from nothing to the largest of the host goes first by its size alone.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Func<IEnumerable<Instance>> instances;
    private readonly Rounds rounds;

    // The children that were seen last, so that a round over instances in which nothing happened is one read for each.
    private readonly Dictionary<DatabaseId, IReadOnlyList<int>> seen = [];

    public OomOrder(Func<IEnumerable<Instance>> instances, TimeProvider time)
    {
        this.instances = instances;
        rounds = new Rounds(Period, Look, time, TaskScheduler.Default);
    }

    public void Start() => rounds.Start();

    public Task StopAsync() => rounds.StopAsync();

    public void Dispose() => rounds.Dispose();

    private void Look()
    {
        foreach (Instance instance in instances())
        {
            if (instance is { Phase: InstancePhase.Running, Record.PostmasterPid: { } postmaster })
            {
                LookAt(instance.Id, postmaster);
            }
            else
            {
                // Asleep it bears no children, and nothing is kept for it.
                seen.Remove(instance.Id);
            }
        }
    }

    private void LookAt(DatabaseId id, int postmaster)
    {
        IReadOnlyList<int> children = ProcessTable.Children(postmaster);
        IReadOnlyList<int> before = seen.GetValueOrDefault(id, []);
        if (!children.SequenceEqual(before))
        {
            // Where it did not do for all, the next round looks at them again.
            seen[id] = OomScore.RaiseBackends(children.Except(before), postmaster) ? children : before;
        }
    }
}
