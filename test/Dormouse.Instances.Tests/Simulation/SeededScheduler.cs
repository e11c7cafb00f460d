namespace Dormouse.Instances.Tests.Simulation;

/// <summary>
/// Runs every piece of work of a simulation on the one thread that asks for steps, and draws which of those that are ready comes next: so every
/// order that threads could bring about can come, and the same seed brings the same again.
/// </summary>
internal sealed class SeededScheduler(Random dice) : TaskScheduler
{
    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly List<Task> ready = [];

    public int Ready => ready.Count;

    /// <summary>False if nothing is ready.</summary>
    public bool Step()
    {
        if (ready.Count == 0)
        {
            return false;
        }
        int drawn = dice.Next(ready.Count);
        Task task = ready[drawn];
        ready[drawn] = ready[^1];
        ready.RemoveAt(ready.Count - 1);
        SynchronizationContext? outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        TryExecuteTask(task);
        SynchronizationContext.SetSynchronizationContext(outside);
        return true;
    }

    /// <summary>Begins work of a client.</summary>
    public Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    protected override void QueueTask(Task task)
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            throw new InvalidOperationException("Work of the simulation left its thread: the seed would not bring the same again.");
        }
        ready.Add(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => ready;
}
