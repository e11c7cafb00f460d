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

    private readonly Func<IEnumerable<Instance>> running;
    private readonly Rounds rounds;

    // The children that were seen last, so that a round over instances in which nothing happened is one read for each.
    private Dictionary<DatabaseId, IReadOnlyList<int>> seen = [];

    /// <param name="running">Those that run now: asleep they bear no children.</param>
    /// <param name="time">What tells the second.</param>
    public OomOrder(Func<IEnumerable<Instance>> running, TimeProvider time)
    {
        this.running = running;
        rounds = new Rounds(Period, Look, time, TaskScheduler.Default);
    }

    public void Start() => rounds.Start();

    public Task StopAsync() => rounds.StopAsync();

    public void Dispose() => rounds.Dispose();

    private void Look()
    {
        Dictionary<DatabaseId, IReadOnlyList<int>> before = seen;
        seen = [];
        foreach (Instance instance in running())
        {
            if (instance.Record?.PostmasterPid is { } postmaster)
            {
                seen[instance.Id] = LookAt(postmaster, before.GetValueOrDefault(instance.Id, []));
            }
        }
    }

    /// <returns>The children for which it is done.</returns>
    private static IReadOnlyList<int> LookAt(int postmaster, IReadOnlyList<int> before)
    {
        IReadOnlyList<int> children = ProcessTable.Children(postmaster);
        // Where it did not do for all, the next round looks at them again.
        return children.SequenceEqual(before) || !OomScore.RaiseBackends(children.Except(before), postmaster) ? before : children;
    }
}
